//! Columns of capabilities.

use super::{Column, Due, Shape};
use Due::{Draft, Optional, Publish, Submit};
use Shape::{
    Cases, Code, Codes, Date, Flag, Industries, Integer, Money, Parts, Performance, Region,
    Regions, Shown, ShownCode, Text, Texts, Words,
};

pub(super) const COLUMNS: &[Column] = &[
    Column::new("code", "编号", Shown, Optional),
    Column::new("status", "状态", ShownCode("capability_status"), Optional),
    Column::new("region_name", "地区名称", Shown, Optional),
    Column::new("published_at", "发布时间", Shown, Optional),
    Column::new("updated_at", "更新时间", Shown, Optional),
    Column::new("withheld", "未公开项", Shown, Optional),
    Column::new("org", "完成单位", Text, Optional)
        .note("统一社会信用代码或单位全称；导入时统一指定单位的可不填"),
    Column::new("title", "成果名称", Text, Draft)
        .example("无电解电容长寿命LED恒流驱动变换器及其热寿命协同设计方法"),
    Column::new("asset_kind", "成果类别", Code("asset_kind"), Draft).example("成果"),
    Column::new("ownership_type", "权属", Code("ownership_type"), Publish).example("职务"),
    Column::new("lead_expert", "负责人", Text, Optional).example("程某"),
    Column::new("registration_no", "成果登记号", Text, Optional),
    Column::new("registered_on", "登记日期", Date, Optional),
    Column::new("attribute", "成果属性", Code("attribute"), Optional),
    Column::new("stage", "所处阶段", Code("stage"), Publish).example("成熟应用"),
    Column::new("trl", "技术就绪水平", Integer, Publish).note("1 至 9").example("8"),
    Column::new("summary", "成果简介", Text, Submit).note("公开，至少 100 字").example(
        "针对LED照明功率变换器在高环境温度下因铝电解电容电解液挥发而早期失效的问题，提出以薄膜电容\
         配合有源纹波解耦支路替代大容量电解电容的拓扑，并建立器件结温、壳温与寿命的耦合模型指导布局\
         与灌封。样机在环境温度60℃满载运行时主控器件壳温不超过85℃，推算寿命大于6万小时。",
    ),
    Column::new("problem_solved", "解决的问题", Text, Publish)
        .example("户外灯具密闭腔体散热差，储能电容夏季容值衰减导致驱动失效。"),
    Column::new("advantage_over_existing", "相对现有技术的优势", Text, Publish)
        .example("取消电解电容，同功率下体积减少约18%。"),
    Column::new("performance", "性能指标", Performance, Publish)
        .note("“名称：值 单位（依据）”，用分号或换行隔开")
        .example("整机效率：93.5 %（220 V 满载）；推算寿命：60000 h（加速老化外推）"),
    Column::new("economic_comparison", "经济性对比", Text, Optional),
    Column::new("elements.material", "要素：材料", Text, Optional).example("薄膜电容"),
    Column::new("elements.method", "要素：方法", Text, Optional).example("有源纹波解耦"),
    Column::new("elements.efficacy", "要素：功效", Text, Optional).example("高温长寿命"),
    Column::new("elements.product", "要素：产品", Text, Optional).example("驱动电源"),
    Column::new("elements.application", "要素：应用", Text, Optional).example("户外道路照明"),
    Column::new("applications", "应用领域", Words, Publish).example("道路照明；隧道照明"),
    Column::new("industry_codes", "应用行业", Industries, Publish)
        .note("GB/T 4754-2017 代码，用分号隔开")
        .example("C3872；C3824"),
    Column::new("tech_field", "技术领域", Code("tech_field"), Publish).example("电子信息"),
    Column::new("keywords", "关键词", Words, Publish).example("LED驱动电源；无电解电容；热设计"),
    Column::new("ipc", "国际专利分类", Words, Optional).example("H05B45/00"),
    Column::new("level", "成果水平", Code("level"), Optional),
    Column::new("ip_list", "知识产权", Parts(IP_PARTS), Optional)
        .note("“类别代码|编号|名称|状态|权利人|到期日”，用分号隔开，缺项留空"),
    Column::new("evidence", "佐证材料", Texts, Optional).example("高温满载72小时温升试验报告"),
    Column::new("transfer_modes", "转化方式", Codes("cooperation_mode"), Submit)
        .note("可多选，用分号隔开")
        .example("普通许可；合作开发"),
    Column::new("price_mode", "价格方式", Code("price_mode"), Publish).example("区间价"),
    Column::new("price", "价格", Money, Optional).note("万元").example("25"),
    Column::new("price_max", "价格上限", Money, Optional).note("万元").example("60"),
    Column::new("min_budget", "合作方最低预算", Money, Optional).note("万元"),
    Column::new("preferred_partner", "期望的合作方", Text, Optional),
    Column::new("excluded_regions", "不合作地区", Regions, Optional),
    Column::new("capacity_per_year", "每年可承接项数", Integer, Optional),
    Column::new("cases", "应用案例", Cases, Optional)
        .note("“年份：内容”，用分号隔开")
        .example("2024：为某市政照明工程改造驱动电源一千二百台"),
    Column::new("papers", "论文", Texts, Optional),
    Column::new("grants", "项目", Texts, Optional),
    Column::new("orcid", "ORCID", Text, Optional),
    Column::new("confidentiality", "保密级别", Code("disclosure_level"), Submit)
        .note("决定谁能看到详情；简介总是公开")
        .example("公开"),
    Column::new("restricted_detail", "受限详情", Text, Optional).note("只在双方同意之后可见"),
    Column::new("contact.name", "联系人姓名", Text, Submit).note("不公开").example("程某"),
    Column::new("contact.phone", "联系人电话", Text, Optional)
        .note("不公开")
        .example("020-5550100"),
    Column::new("contact.mail", "联系人邮箱", Text, Optional)
        .note("不公开")
        .example("cheng@university.example"),
    Column::new("contact.position", "联系人职务", Text, Optional).example("项目负责人"),
    Column::new("valid_until", "有效期", Date, Optional),
    Column::new("town_code", "所在专业镇", Region, Optional).note("仪器、本地服务填写"),
    Column::new("tags", "标签", Words, Optional),
    Column::new("lang", "语言", Code("lang"), Optional),
    Column::new("source_ref", "来源编号", Text, Optional)
        .note("原系统中的编号；同一编号只导入一次"),
    Column::new("expert.gender", "专家：性别", Text, Optional).note("以下各列仅专家填写"),
    Column::new("expert.professional_title", "专家：职称", Text, Optional),
    Column::new("expert.degree", "专家：学历学位", Text, Optional),
    Column::new("expert.position", "专家：职务", Text, Optional),
    Column::new("expert.research_areas", "专家：研究方向", Words, Optional),
    Column::new("expert.disciplines", "专家：学科代码", Words, Optional).note("GB/T 13745"),
    Column::new("expert.service_types", "专家：可提供服务", Codes("service_type"), Optional),
    Column::new("expert.availability_days", "专家：每年可服务天数", Integer, Optional),
    Column::new("expert.regions_served", "专家：服务地区", Regions, Optional),
    Column::new("expert.is_reviewer", "专家：评审专家", Flag, Optional),
    Column::new("expert.conflict_orgs", "专家：回避单位", Texts, Optional),
    Column::new("expert.roles", "专家：身份", Codes("expert_role"), Optional),
    Column::new("expert.bio", "专家：简历", Text, Optional),
    Column::new("expert.consent_scope", "专家：个人信息授权", Code("consent_scope"), Optional),
    Column::new("instrument.model", "仪器：型号", Text, Optional).note("以下各列仅仪器填写"),
    Column::new("instrument.original_value", "仪器：原值", Money, Optional).note("万元"),
    Column::new("instrument.charge_standard", "仪器：收费标准", Text, Optional),
    Column::new("instrument.open_status", "仪器：开放状态", Code("open_status"), Optional),
    Column::new("instrument.hours_per_year", "仪器：年机时", Integer, Optional),
    Column::new("team.members", "团队：成员", Parts(MEMBER_PARTS), Optional)
        .note("仅团队填写；“姓名|职称|方向”，用分号隔开"),
];

const IP_PARTS: &[&str] = &["kind", "number", "title", "status", "owner", "expires"];
const MEMBER_PARTS: &[&str] = &["name", "professional_title", "field"];
