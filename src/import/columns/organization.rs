//! Columns of organisations.

use super::{Column, Due, Shape};
use Due::{Draft, Optional};
use Shape::{Code, Codes, Date, Decimal, Flag, Industry, Integer, Region, Shown, Text, Words};

pub(super) const COLUMNS: &[Column] = &[
    Column::new("code", "编号", Shown, Optional),
    Column::new("status", "状态", Shown, Optional),
    Column::new("region_name", "地区名称", Shown, Optional),
    Column::new("created_at", "登记时间", Shown, Optional),
    Column::new("updated_at", "更新时间", Shown, Optional),
    Column::new("withheld", "未公开项", Shown, Optional),
    Column::new("name", "单位名称", Text, Draft),
    Column::new("name_en", "英文名称", Text, Optional),
    Column::new("uscc", "统一社会信用代码", Text, Draft),
    Column::new("org_type", "机构类型", Code("org_type"), Draft),
    Column::new("nature", "登记注册类型", Text, Optional),
    Column::new("region_code", "所在地区", Region, Draft),
    Column::new("town_code", "所在专业镇", Region, Optional),
    Column::new("address", "地址", Text, Optional),
    Column::new("lat", "纬度", Decimal, Optional),
    Column::new("lon", "经度", Decimal, Optional),
    Column::new("established_on", "成立日期", Date, Optional),
    Column::new("industry_code", "国民经济行业", Industry, Optional),
    Column::new("scale", "企业规模", Code("scale"), Optional),
    Column::new("qualifications", "资质", Codes("qualification"), Optional),
    Column::new("main_products", "主导产品", Words, Optional),
    Column::new("employees", "从业人数", Integer, Optional),
    Column::new("rd_staff", "研发人员", Integer, Optional),
    Column::new("rd_institution.kind", "研发机构类型", Code("rd_institution_kind"), Optional),
    Column::new("rd_institution.level", "研发机构级别", Code("rd_institution_level"), Optional),
    Column::new("is_backbone", "大型骨干企业", Flag, Optional),
    Column::new("bank_need", "融资需求", Text, Optional),
    Column::new("summary", "简介", Text, Optional),
    Column::new("contact.name", "联系人姓名", Text, Draft),
    Column::new("contact.phone", "联系人电话", Text, Optional),
    Column::new("contact.mail", "联系人邮箱", Text, Optional),
    Column::new("contact.position", "联系人职务", Text, Optional),
    Column::new("source_ref", "来源编号", Text, Optional),
];
