//! Columns of needs.

use super::{Column, Due, Shape};
use Due::{Draft, Optional, Publish, Submit};
use Shape::{
    Code, Codes, Date, Flag, Industry, Integer, Money, Region, Regions, Requirements, Shown,
    ShownCode, Text, Words,
};

pub(super) const COLUMNS: &[Column] = &[
    Column::new("code", "编号", Shown, Optional),
    Column::new("status", "状态", ShownCode("need_status"), Optional),
    Column::new("region_name", "地区名称", Shown, Optional),
    Column::new("published_at", "发布时间", Shown, Optional),
    Column::new("updated_at", "更新时间", Shown, Optional),
    Column::new("withheld", "未公开项", Shown, Optional),
    Column::new("org", "需求单位", Text, Optional)
        .note("统一社会信用代码或单位全称；导入时统一指定单位的可不填")
        .example("91442000TB10914945"),
    Column::new("title", "需求名称", Text, Draft)
        .note("60 字以内，写清产品、问题与目标")
        .example("户外LED路灯驱动电源夏季高温失效，求热设计方案"),
    Column::new("need_kind", "需求类别", Code("need_kind"), Draft).example("技术难题"),
    Column::new("town_code", "所属专业镇", Region, Optional)
        .note("9 位代码或镇名；默认为单位所在镇，单位不在镇内的发布前须填写")
        .example("442000105"),
    Column::new("industry_code", "国民经济行业", Industry, Submit)
        .note("GB/T 4754-2017 代码，任一级均可")
        .example("C3872"),
    Column::new("tech_field", "技术领域", Code("tech_field"), Submit).example("电子信息"),
    Column::new("background", "背景与现状", Text, Publish)
        .note("现在怎么做、试过什么、为何不行")
        .example("去年夏季三个项目返修电源417只，解剖看八成是电解电容鼓包，换过两个牌子仍不行。"),
    Column::new("problem", "技术难题", Text, Submit).note("至少 50 字").example(
        "灯具腔体内环温夏天中午到72℃，电容表面最高98℃。希望整灯与电源一起做热仿真，\
         重新布置热源、灌封胶与散热齿，并给出电容纹波和寿命的计算办法。",
    ),
    Column::new("requirements", "主要技术指标", Requirements, Publish)
        .note(
            "1 至 10 项，用分号或换行隔开；前面加 * 表示必须满足（最多 5 项），括号内写公差或条件",
        )
        .example(
            "*电容表面温升 ≤ 18 K（环温55℃满载）；*电容计算寿命 ≥ 50000 h；单灯成本增加 ≤ 12 元",
        ),
    Column::new("elements.material", "要素：材料", Text, Optional).example("导热灌封胶"),
    Column::new("elements.method", "要素：方法", Text, Optional).example("热仿真与降额设计"),
    Column::new("elements.efficacy", "要素：功效", Text, Optional).example("降低温升"),
    Column::new("elements.product", "要素：产品", Text, Optional).example("LED路灯驱动电源"),
    Column::new("elements.application", "要素：应用", Text, Optional).example("市政道路"),
    Column::new("keywords", "关键词", Words, Publish)
        .note("3 至 8 个，用分号或逗号隔开")
        .example("LED驱动电源；热设计；电解电容寿命"),
    Column::new("current_trl", "当前技术就绪水平", Integer, Optional).note("1 至 9").example("6"),
    Column::new("target_trl", "目标技术就绪水平", Integer, Publish).note("1 至 9").example("8"),
    Column::new("budget_min", "预算下限", Money, Optional).note("万元").example("30"),
    Column::new("budget_max", "预算上限", Money, Publish).note("万元；面议的可不填").example("55"),
    Column::new("budget_negotiable", "预算面议", Flag, Optional).example("否"),
    Column::new("reward_amount", "悬赏金额", Money, Optional).note("万元"),
    Column::new("deadline", "期望解决期限", Date, Publish).example("2027-05-31"),
    Column::new("valid_until", "发布有效期", Date, Optional).note("默认发布后 180 天"),
    Column::new("cooperation_modes", "合作方式", Codes("cooperation_mode"), Submit)
        .note("可多选，用分号隔开")
        .example("委托开发；技术咨询"),
    Column::new("partner_types", "期望合作方类型", Codes("org_type"), Optional)
        .note("可多选，用分号隔开")
        .example("高校；科研院所"),
    Column::new("preferred_regions", "期望合作地区", Regions, Optional)
        .note("地区代码或名称，用分号隔开")
        .example("4420；4401"),
    Column::new("ip_requirement", "知识产权要求", Code("ip_arrangement"), Optional),
    Column::new("conditions_offered", "可提供条件", Text, Optional)
        .note("设备、场地、数据、中试线等")
        .example("返修样品200只、高温老化房一台"),
    Column::new("urgency", "紧迫程度", Code("urgency"), Optional),
    Column::new("is_common_tech", "产业共性技术", Flag, Optional),
    Column::new("est_new_output", "预计新增产值", Money, Optional).note("万元"),
    Column::new("confidentiality", "保密级别", Code("disclosure_level"), Submit)
        .note("决定谁能看到详情；公开摘要总是公开")
        .example("公开"),
    Column::new("public_summary", "公开摘要", Text, Publish)
        .example("户外路灯驱动电源夏季返修率高，征集整灯热设计、降额与寿命评估方案。"),
    Column::new("restricted_detail", "受限详情", Text, Optional).note("只在双方同意之后可见"),
    Column::new("contact.name", "联系人姓名", Text, Submit).note("不公开").example("梁某"),
    Column::new("contact.phone", "联系人电话", Text, Optional)
        .note("不公开")
        .example("0760-5550100"),
    Column::new("contact.mail", "联系人邮箱", Text, Optional)
        .note("不公开")
        .example("liang@lighting.example"),
    Column::new("contact.position", "联系人职务", Text, Optional).example("研发总监"),
    Column::new("tags", "标签", Words, Optional),
    Column::new("lang", "语言", Code("lang"), Optional),
    Column::new("source_ref", "来源编号", Text, Optional)
        .note("原系统中的编号；同一编号只导入一次"),
];
