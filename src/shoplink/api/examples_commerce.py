"""What requests about products, showcases and content look like in the OpenAPI document; a test runs every one."""

from shoplink.api.examples import LINK_AFTER, LINK_ID, Json

_AT = "2024-11-11T12:00:00Z"

PUT_PRODUCT: Json = {
    "shop_id": "S1",
    "title": "Jasmine green tea 茉莉绿茶 100 g",
    "price_minor": 1290,
    "currency": "GBP",
    "listed_at": "2024-11-04T08:00:00Z",
    "commission_rate_bp": 1200,
    "units_7d": 180,
    "units_prev_7d": 100,
    "rank_page": 8,
}
PRODUCT: Json = {
    "product_id": "P1",
    **PUT_PRODUCT,
    "status": "on_sale",
    "figures": {
        "growth_percent": 80,
        "growth_passes": True,
        "listed_days": 20,
        "listed_passes": False,
        "rank_page": 8,
        "rank_passes": True,
    },
    "potential": False,
}
PICKED: Json = {**PRODUCT, "figures": {**PRODUCT["figures"], "listed_passes": True}, "potential": True}
SPOT: Json = {
    "where": "showcase",
    "account_id": "A1",
    "content_id": None,
    "basis": "affiliate",
    "came_under": None,
}
PUT_CONTENT: Json = {"account_id": "A1", "kind": "video", "title": "开箱：三款绿茶"}
CONTENT: Json = {"content_id": "V1", **PUT_CONTENT}
COUNTED_CONTENT: Json = {**CONTENT, "products": 0}

PROMOTE: Json = {"shop_id": "S1", "product_id": "P1"}
PROMOTED: Json = {
    "account_id": "A1",
    "content_id": None,
    "product_id": "P1",
    "shop_id": "S1",
    "came_under": None,
    "commission_rate_bp": 1200,
    "at": _AT,
}
SHOWCASE: Json = {
    "at": _AT,
    "link_id": None,
    "synced_since": None,
    "items": [
        {
            "product": PRODUCT,
            "basis": "affiliate",
            "came_under": None,
            "added_at": _AT,
            "commission_rate_bp": 1200,
        }
    ],
    "next": None,
}
REMOVE_ITEM: Json = {"product_id": "P1"}
REMOVED: Json = {**PROMOTED, "commission_rate_bp": None}

ADD_FROM_SHOP: Json = {"product_ids": ["P1", "P9"], "content_id": "V1"}
ADDED: Json = {
    "products": [
        {"product_id": "P1", "outcome": "added", "reasons": []},
        {
            "product_id": "P9",
            "outcome": "refused",
            "reasons": [
                {
                    "code": "product.not_found",
                    "next_actor": "nobody",
                    "possible_at": None,
                    "params": {"product_id": "P9"},
                    "detail": "The shop has no product with the id “P9”.",
                    "remedy": "Check the product id and the shop.",
                }
            ],
        },
    ]
}
CONTENT_PRODUCTS: Json = {
    "at": _AT,
    "link_id": LINK_ID,
    "synced_since": None,
    "items": [
        {
            "product": PRODUCT,
            "basis": "added",
            "came_under": LINK_ID,
            "added_at": _AT,
            "commission_rate_bp": None,
        }
    ],
    "next": None,
}
SYNCED: Json = {
    **LINK_AFTER["accept"],
    "role": "official",
    "invited_at": None,
    "expires_at": None,
    "accepted_at": None,
    "synced_since": _AT,
}

_ALLOWED: Json = {"allowed": True, "reasons": []}
PERMISSIONS: Json = {
    "shop_id": "S1",
    "account_id": "A1",
    "link_id": LINK_ID,
    "role": "marketing",
    "permissions": {
        "sync_showcase": {
            "allowed": False,
            "reasons": [
                {
                    "code": "showcase.not_official",
                    "next_actor": "nobody",
                    "possible_at": None,
                    "params": {},
                    "detail": "Only the showcase of the official account can be synced with the shop.",
                    "remedy": "A marketing account adds products itself, with Add from shop.",
                }
            ],
        },
        "add_from_shop": {"showcase": _ALLOWED, "video": _ALLOWED, "live": _ALLOWED},
        "sell_in_video": _ALLOWED,
        "sell_in_live": _ALLOWED,
        "promote_other_shops": _ALLOWED,
    },
    "sync_showcase": False,
    "add_from_shop": True,
    "followers_minimum": 0,
    "commission": "none",
    "promote_other_shops": True,
    "reasons": [],
}
