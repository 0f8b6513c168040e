"""The tables of products, content and items. What a showcase shows is computed from them, never stored."""

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint

from shoplink.store.database.fields import InstantField

_ID = 64
_TEXT = 200
_WORD = 40


class Product(models.Model):
    """A product's facts."""

    product_id = models.CharField(primary_key=True, max_length=_ID)
    shop_id = models.CharField(max_length=_ID)
    title = models.CharField(max_length=_TEXT)
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=_WORD)
    listed_at = InstantField()
    commission_rate_bp = models.IntegerField()
    units_7d = models.BigIntegerField(null=True)
    units_prev_7d = models.BigIntegerField(null=True)
    rank_page = models.BigIntegerField(null=True)
    touched_at = InstantField()

    class Meta:
        """The table."""

        db_table = "product"
        indexes = (Index(fields=("shop_id", "product_id"), name="product_shop"),)


class OnSale(models.Model):
    """A period in which a product was on sale: from `since` until before `until`, null while it still is."""

    product_id = models.CharField(max_length=_ID)
    shop_id = models.CharField(max_length=_ID)
    since = InstantField()
    until = InstantField(null=True)

    class Meta:
        """The table."""

        db_table = "on_sale"
        constraints = (
            UniqueConstraint(
                fields=("product_id",), condition=Q(until__isnull=True), name="product_is_on_sale_once"
            ),
            CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="sale_ends_after_it_began"
            ),
        )
        indexes = (
            Index(fields=("shop_id", "product_id"), name="on_sale_shop"),
            Index(fields=("product_id", "since"), name="on_sale_product"),
        )


class Content(models.Model):
    """A video or a live of an account."""

    content_id = models.CharField(primary_key=True, max_length=_ID)
    account_id = models.CharField(max_length=_ID)
    kind = models.CharField(max_length=_WORD)
    title = models.CharField(max_length=_TEXT)
    touched_at = InstantField()

    class Meta:
        """The table."""

        db_table = "content"
        indexes = (Index(fields=("account_id", "content_id"), name="content_account"),)


class Item(models.Model):
    """A product in a place, from `added_at` until before `removed_at`. The end of a link changes no row here.

    An empty `content_id` means the showcase; an empty `came_under` means an affiliate item.
    """

    number = models.BigAutoField(primary_key=True)
    account_id = models.CharField(max_length=_ID)
    content_id = models.CharField(max_length=_ID)
    product_id = models.CharField(max_length=_ID)
    shop_id = models.CharField(max_length=_ID)
    came_under = models.CharField(max_length=_ID)
    commission_rate_bp = models.IntegerField(null=True)
    added_at = InstantField()
    removed_at = InstantField(null=True)

    class Meta:
        """The table."""

        db_table = "item"
        constraints = (
            UniqueConstraint(
                fields=("account_id", "content_id", "product_id", "came_under"),
                condition=Q(removed_at__isnull=True),
                name="product_is_in_a_place_once",
            ),
            CheckConstraint(
                condition=Q(removed_at__isnull=True) | Q(removed_at__gte=F("added_at")),
                name="item_is_removed_after_it_was_added",
            ),
        )
        indexes = (
            Index(fields=("account_id", "content_id", "product_id"), name="item_place"),
            Index(fields=("product_id",), name="item_product"),
            Index(fields=("came_under",), name="item_link"),
        )
