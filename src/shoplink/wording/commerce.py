"""The sentences about the reasons of commerce; those about the other reasons are in `sentences`."""

from shoplink.wording.text import N_, Wording

COMMERCE_REASONS: dict[str, Wording] = {
    "product.not_found": Wording(
        N_("The shop has no product with the id “{product_id}”."), N_("Check the product id and the shop.")
    ),
    "content.not_found": Wording(
        N_("The account has no video or live with this id."), N_("Check the id of the video or live.")
    ),
    "product.shop_fixed": Wording(
        N_("The product “{product_id}” belongs to another shop ({shop_id}), and this never changes."),
        N_("Send the shop that is recorded, or use another product id."),
    ),
    "content.fixed": Wording(
        N_("The id “{content_id}” belongs to another video or live."),
        N_("Use the id of this video or live."),
    ),
    "showcase.not_official": Wording(
        N_("Only the showcase of the official account can be synced with the shop."),
        N_("A marketing account adds products itself, with Add from shop."),
    ),
    "account.followers_below_minimum": Wording(
        N_("The account has {followers} followers; without a link it needs {minimum} to sell."),
        N_("Link the account to a shop, or wait until it has {minimum} followers."),
    ),
    "role.other_shops_not_allowed": Wording(
        N_("In the role “{role}” the account may not promote other shops’ products."),
        N_("Promote the products of the shop that the account is linked to."),
    ),
    "product.of_linked_shop": Wording(
        N_("The product belongs to the shop that the account is linked to."),
        N_("Add it with Add from shop: that way it is free of commission."),
    ),
    "product.off_sale": Wording(
        N_("The product “{product_id}” is not on sale."),
        N_("The shop puts it on sale again in the seller back office."),
    ),
    "item.not_there": Wording(
        N_("The product “{product_id}” is not there."),
        N_("Nothing needs to be done: there is nothing to remove."),
    ),
    "item.synced": Wording(
        N_("The product “{product_id}” is in the showcase because the shop’s products are synced to it."),
        N_("The shop takes the product off sale; it then leaves the showcase by itself."),
    ),
    "item.already_there": Wording(
        N_("The product “{product_id}” is already there."), N_("Nothing needs to be done.")
    ),
}
"""What is wrong and what to do, by reason code."""
