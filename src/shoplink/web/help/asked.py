"""What people ask, in their own words, by the help page that answers it; between bars, one question each.

The words of domain.md section 1 stand here with what people call them instead. These lines are compared with what is typed and
shown to nobody, so they are not translated.
"""

_LINES: dict[str, str] = {
    "linking": (
        "绑定|怎么绑定|如何绑定账号|绑定流程|绑定步骤|绑定条件|绑定要求|添加账号|关联账号|关联达人|绑定达人|邀请达人|发送邀请|发起邀请|接受邀请|确认邀请"
        "|在哪里确认邀请|bangding|link|link account|connect account|add account|bind account|pair account|how to invite a creator"
        "|send invitation|accept invitation|confirm invitation|requirements|conditions|onboard creator"
    ),
    "slots": (
        "名额|店铺名额|几个账号|能绑几个|可以绑定多少个账号|多少个官方账号|多少个渠道账号|数量限制|普招|定邀|招商类型|slot|slots|places|how many accounts"
        "|number of accounts|maximum accounts|limit of accounts|enrolment|enrollment|open shop|invited shop"
    ),
    "roles": (
        "渠道达人|官方达人|联盟达人|渠道账号|官方账号|渠道号|官方号|区别|账号类型|角色|佣金|要不要佣金|带货|分佣|官方经营账号"
        "|渠道经营账号|role|official account|marketing account|official or marketing|difference|affiliate|affiliate creator|commission"
        "|do i pay commission|free of commission|types of account|channel account|sell in lives"
    ),
    "quotas": (
        "次数|绑定次数|解绑次数|如何提升次数|增加次数|次数限制|次数用完|几次|多久可以再绑定|180天|换绑|重新绑定|频繁|how often|quota"
        "|limit|how many times|increase limit|more links|180 days|link again|relink|switch account|change account"
    ),
    "held": (
        "绑定中|一直绑定中|长期绑定中|审核|审核中|一直在审核|卡住|卡在绑定中|很久|多久绑定成功|等待|迟迟没有绑定|没反应|还没好|pending|stuck"
        "|linking|in review|under review|review|still linking|takes long|slow|waiting|how long does linking take|delayed|not finished|processing"
    ),
    "failed": (
        "绑定失败|绑定不了|绑不了|绑不上|无法绑定|不能绑定|绑定不成功|报错|出错|失败|failed|fails|link failed|cannot link|can’t link"
        "|unable to link|error|refused|rejected|not working|problem linking|why was it refused"
    ),
    "unlinking": (
        "解绑|怎么解绑|如何解绑|解除绑定|取消绑定|取消关联|解除关联|解约|脱离店铺|退出店铺|移除账号|删除账号|踢出|解绑流程|解绑步骤|解绑入口|发起解绑申请"
        "|绑错了|jiebang|unlink|unlink account|remove account|delete account|disconnect|unbind|end link|end the link|leave shop|detach"
        "|cancel link|cancel linking|stop working together|break up|send unlink request|view link info|linked wrong account|quit"
    ),
    "support": (
        "客服|人工|人工客服|联系客服|找客服|工单|提交工单|在哪提交工单|投诉|电话|帮助|谁可以帮忙|客服能做什么|修改国家|support|contact|contact support"
        "|human|talk to a human|agent|ticket|open a ticket|complain|phone|help|customer service|who can help|change country"
        "|correct the country"
    ),
    "link.invitation_expired": (
        "邀请过期|邀请已过期|邀请失效|超时|邀请超时|48小时|截止时间|截止|有效期|邀请有效期|多久过期|没有及时确认|deadline|invitation expired|expired"
        "|expire|timeout|timed out|48 hours|too late|invitation valid|how long is an invitation valid|resend invitation"
    ),
    "link.not_found": "没有邀请|没收到邀请|收不到邀请|找不到邀请|no invitation|did not receive an invitation|cannot find invitation",
    "link.wrong_state": "撤回了|被拒绝|状态变了|不能操作|declined|withdrawn|state changed|not possible",
    "link.younger_than_minimum": "24小时|刚绑定|刚绑定能解绑吗|多久可以解绑|绑定多久才能解绑|24 hours|too recent|too soon|just linked|when can I unlink",
    "link.already_invited": "重复邀请|已经邀请|再次邀请|等待确认|invited already|invite again|invited twice|duplicate invitation|waiting for creator",
    "unlink.already_requested": (
        "商家不同意解绑|商家不同意|店铺不处理|店铺不回复|解绑申请没人处理|多久自动解绑|解绑申请处理|shop does not answer|shop ignores|unanswered request"
        "|request pending|seller refuses to unlink|unlink request pending|waiting for the shop"
    ),
    "unlink.not_requested": "橱窗按钮|同意解绑|在哪里同意|agree to unlink|approve unlink|where to agree",
    "unlink.needs_creator_request": (
        "商家解绑|店铺单方面解绑|商家主动解绑|强制解绑|达人不配合|达人联系不上|shop unlink|seller unlink|force unlink|unlink without creator"
        "|creator does not answer|creator unreachable"
    ),
    "shop.status_not_normal": "店铺异常|店铺被封|店铺状态|店铺停用|shop suspended|shop abnormal|shop status|shop deactivated|shop banned",
    "account.status_not_normal": "账号异常|账号被封|封号|账号被封禁|账号状态|账号限流|account suspended|account banned|account abnormal|account status",
    "account.age_unknown": "年龄未知|没有生日|出生日期|birth date missing|age unknown|no birthday|date of birth",
    "account.under_age": (
        "未成年|未成年人|未满18岁|18岁|年龄不够|年龄|年龄限制|生日|生日错了|under 18|underage|under age|too young|minor|18 years|age|teenager"
        "|birthday|wrong birth date|age limit|minimum age"
    ),
    "account.region_mismatch": (
        "国家不一致|账号国家|归属地|地区不一致|跨国|跨境|国家不对|改国家|其他国家的账号|country|region|wrong country|another country|other country"
        "|abroad|foreign account|cross-border|account country|country mismatch"
    ),
    "account.registration_mismatch": "注册地|注册国家|注册地不一致|country registered|registered country|registered abroad|country of registration",
    "account.commerce_permission_revoked": (
        "电商权限|权限被回收|没有电商权限|违规|权限被收回|橱窗权限|e-commerce permission|ecommerce permission|permission revoked|violation"
        "|violations|permission"
    ),
    "network.region_mismatch": (
        "网络|VPN|翻墙|梯子|网络地址|IP地址|代理|网络环境|ip不对|出差|在国外|network|ip address|proxy|wifi|mobile network|travelling|traveling|location"
    ),
    "account.already_linked": (
        "已被绑定|已经被绑定|被其他店铺绑定|被别的店绑定|绑定了别的店|绑定两个店铺|多个店铺|already linked|linked to another shop|another shop|two shops"
        "|several shops|taken|linked elsewhere"
    ),
    "shop.role_not_available": "不能绑定渠道账号|没有渠道名额|普招渠道|no marketing account|role not available|why no marketing accounts",
    "shop.slots_full": "名额已满|名额满了|没有名额|名额不够|增加名额|slots full|no slots|no places left|full|more slots",
    "shop.link_quota_spent": "店铺次数用完|绑定次数用完|申请豁免|豁免|shop quota|quota spent|waiver|ask for a waiver|exception",
    "account.link_quota_spent": "账号次数用完|达人次数用完|account quota|creator quota spent|account linked too often",
    "shop.unlink_quota_spent": "解绑次数用完|官方账号不能解绑|解绑官方账号|换官方账号|unlink quota|unlinks used up|change official account|unlink official account",
    "account.not_found": "找不到账号|搜不到账号|找不到达人|账号名错误|handle|account not found|cannot find account|wrong handle|username",
    "account.followers_below_minimum": "粉丝|粉丝要求|粉丝不够|粉丝不足|粉丝数|1000粉丝|粉丝门槛|followers|1000 followers|not enough followers|follower count|minimum followers",
    "role.other_shops_not_allowed": "推广其他店铺|带别人的货|卖其他店的商品|other shops|promote other products|sell for other shops|other brands",
    "showcase.not_official": "同步|同步橱窗|商品同步|橱窗同步|sync|synced|sync products|sync showcase",
    "product.of_linked_shop": "自己店铺的商品佣金|add from shop|own shop commission|add product",
    "product.off_sale": "下架|商品下架|上架|off sale|product inactive|delisted",
    "item.synced": "删除橱窗商品|移除同步商品|remove from showcase|delete from showcase|showcase|橱窗",
    "item.already_there": "重复添加商品|已经添加|added already|duplicate product",
    "member.invitation_not_found": "成员邀请失效|邮件链接失效|加入链接打不开|join link|invitation link does not work|email link expired|member invitation",
    "member.already": "已经是成员|already a member",
    "member.other_address": "换邮箱|邮箱不对|wrong email|another email|different address",
    "member.last": "删除最后成员|移除成员|remove member|last member|delete member",
    "member.too_many_invited": "邀请成员|添加成员|add member|invite member|invite colleague|too many invitations",
    "ticket.beyond_support": "不能提交工单|为什么不能提交工单|客服不能处理|cannot open ticket|no ticket button|why no ticket",
    "ticket.ended": "工单结束|工单关闭|重新打开工单|ticket closed|reopen ticket|ticket ended",
    "ticket.not_needed": "无需工单|ticket not needed",
    "shop.market_fixed": "更改经营国家|换国家经营|店铺换国家|change market|shop country|another market",
    "shop.enrolment_fixed": "普招改定邀|更改招商类型|change enrolment|from open to invited",
    "shop.decided_elsewhere": "去TikTok操作|登记|为什么不能在这里操作|do it at tiktok|record it here|decided by tiktok|mirror",
    "waiver.not_allowed": "不能豁免|哪些可以豁免|cannot waive|what can be waived",
    "shop.not_found": "找不到店铺|店铺编号|shop not found|shop id",
}

ASKED = {name: tuple(line.split("|")) for name, line in _LINES.items()}
