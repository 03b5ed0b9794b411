//! The registration form 技术合同登记表, filled in from a contract: as a spreadsheet and as a PDF.
//! It is a Chinese paper for a Chinese registry, so its words are Chinese whoever asks.

mod pdf;
mod xlsx;

use chrono::NaiveDate;
use serde::Deserialize;

use super::model::{Contract, ContractFields, ContractId, ContractParty};
use super::ops::find;
use crate::accounts::principal::{Caller, Language};
use crate::app::App;
use crate::code_enum;
use crate::db::Db;
use crate::error::Result;
use crate::money::Money;
use crate::organizations;
use crate::reference::Reference;

code_enum!(
    /// What the form is written as.
    FormFormat {
        /// A spreadsheet.
        Xlsx = "xlsx",
        /// A page to print.
        Pdf = "pdf",
    }
);

/// What to write the form as.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ExportForm {
    /// `pdf` or `xlsx`.
    pub format: FormFormat,
}

/// A written form.
#[derive(Debug)]
pub struct FormFile {
    /// Name without ending: the readable code of the contract.
    pub name: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// A field of the form with its value in words.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    label: &'static str,
    value: String,
    /// Whether it takes the whole width.
    wide: bool,
    /// Lines that it is high at least: room for a hand or a seal.
    lines: u8,
}

/// A part of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Section {
    title: &'static str,
    entries: Vec<Entry>,
}

/// The form, ready to be set.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Form {
    code: String,
    sections: Vec<Section>,
}

/// The table with the numbers of legal natures.
const NUMBERS: &str = "legal_nature_number";

/// Heading of the form.
const TITLE: &str = "技术合同登记表";

/// Writes the registration form of a contract, as far as it is filled in.
///
/// # Errors
/// [`Error::NotFound`](crate::error::Error::NotFound).
pub fn export(app: &App, caller: &Caller, id: ContractId, format: FormFormat) -> Result<FormFile> {
    let contract = app.db.read(|db| {
        let mut contract = find(db, caller, id)?;
        name_credit_codes(db, &mut contract.doc.0)?;
        Ok(contract)
    })?;
    let form = fill(&contract, &app.reference);
    let bytes = match format {
        FormFormat::Xlsx => xlsx::write(&form)?,
        FormFormat::Pdf => pdf::write(&form)?,
    };
    Ok(FormFile { name: contract.code, bytes })
}

/// Contracts that were drawn up before credit codes were kept with them have those of their
/// organisations.
fn name_credit_codes(db: &mut Db, fields: &mut ContractFields) -> Result<()> {
    let sides =
        [(fields.buyer_org_id, &mut fields.buyer), (fields.seller_org_id, &mut fields.seller)];
    for (org, party) in sides {
        if let (Some(org), Some(party @ ContractParty { uscc: None, .. })) = (org, party.as_mut()) {
            party.uscc = Some(organizations::ops::place(db, org)?.uscc);
        }
    }
    Ok(())
}

fn entry(label: &'static str, value: impl Into<String>) -> Entry {
    Entry { label, value: value.into(), wide: false, lines: 1 }
}

fn wide(label: &'static str, value: impl Into<String>) -> Entry {
    Entry { wide: true, ..entry(label, value) }
}

fn text(value: Option<&String>) -> String {
    value.cloned().unwrap_or_default()
}

fn date(day: Option<NaiveDate>) -> String {
    day.map(|day| day.format("%Y年%m月%d日").to_string()).unwrap_or_default()
}

fn money(amount: Option<Money>) -> String {
    amount.map(Money::to_wan).unwrap_or_default()
}

fn named(reference: &Reference, table: &str, code: Option<&String>) -> String {
    code.map(|code| reference.code_name(table, code, Language::Chinese)).unwrap_or_default()
}

/// A code with its name, as the registry's own form has them.
fn coded(code: Option<&String>, name: impl Fn(&str) -> String) -> String {
    code.map(|code| format!("{code} {}", name(code))).unwrap_or_default()
}

fn fill(contract: &Contract, reference: &Reference) -> Form {
    let fields = &contract.doc.0;
    let sections = vec![
        head(fields, reference),
        party(&BUYER, fields.buyer.as_ref(), reference),
        party(&SELLER, fields.seller.as_ref(), reference),
        amounts(fields, reference),
        payments(fields),
        purpose(fields, reference),
        registry(fields, contract, reference),
        signatures(),
    ];
    Form { code: contract.code.clone(), sections }
}

fn head(fields: &ContractFields, reference: &Reference) -> Section {
    Section {
        title: "合同",
        entries: vec![
            wide("项目名称", text(fields.project_name.as_ref())),
            entry("合同类别", named(reference, "contract_type", fields.contract_type.as_ref())),
            entry("合同子类", named(reference, "contract_subtype", fields.subtype.as_ref())),
            entry("合同签订日期", date(fields.signed_on)),
            entry("合同登记编号", text(fields.registration_no.as_ref())),
            entry("合同有效期限（起）", date(fields.valid_from)),
            entry("合同有效期限（止）", date(fields.valid_to)),
        ],
    }
}

/// What a side is called in the form: the part, its name, credit code, country, nature and region.
type SideLabels = [&'static str; 6];

const BUYER: SideLabels = [
    "买方（委托方、受让方）",
    "买方名称",
    "买方统一社会信用代码",
    "买方国别代码",
    "买方性质",
    "买方行政区划代码",
];
const SELLER: SideLabels = [
    "卖方（受托方、让与方）",
    "卖方名称",
    "卖方统一社会信用代码",
    "卖方国别代码",
    "卖方性质",
    "卖方行政区划代码",
];

fn party(labels: &SideLabels, party: Option<&ContractParty>, reference: &Reference) -> Section {
    let [title, name, uscc, country, nature, region] = *labels;
    let party = party.cloned().unwrap_or_default();
    let of_country = |code: &str| reference.code_name("country", code, Language::Chinese);
    let place = party.region_code.as_ref().map(|code| {
        // Six digits as in GB/T 2260; towns lie below them.
        let name = reference.region_name(code, Language::Chinese);
        format!("{:0<6} {name}", code.get(..6).unwrap_or(code))
    });
    Section {
        title,
        entries: vec![
            wide(name, text(party.name.as_ref())),
            entry(uscc, text(party.uscc.as_ref())),
            entry(country, coded(party.country.as_ref(), of_country)),
            entry(nature, legal_nature(party.legal_nature.as_ref(), reference)),
            entry(region, place.unwrap_or_default()),
        ],
    }
}

/// The number that the registry gives to the nature of a side, where one is known, and its name.
fn legal_nature(code: Option<&String>, reference: &Reference) -> String {
    let name = named(reference, "legal_nature", code);
    let number = code.filter(|code| reference.has_code(NUMBERS, code.as_str()));
    match number {
        Some(code) => format!("{} {name}", reference.code_name(NUMBERS, code, Language::Chinese)),
        None => name,
    }
}

fn amounts(fields: &ContractFields, reference: &Reference) -> Section {
    let kinds: Vec<String> =
        fields.ip_kinds.iter().map(|kind| named(reference, "ip_kind", Some(kind))).collect();
    Section {
        title: "金额与知识产权",
        entries: vec![
            entry("合同成交金额（万元）", money(fields.amount)),
            entry("技术交易额（万元）", money(fields.tech_amount)),
            entry("支付方式", named(reference, "payment_mode", fields.payment_mode.as_ref())),
            entry("计划来源", named(reference, "plan_source", fields.plan_source.as_ref())),
            entry("预计新增投入（万元）", money(fields.est_new_input)),
            entry("预计新增产值（万元）", money(fields.est_new_output)),
            wide("知识产权类别", kinds.join("、")),
        ],
    }
}

fn payments(fields: &ContractFields) -> Section {
    let line = |(at, one): (usize, &super::model::Instalment)| {
        let paid = match one.paid {
            Some(paid) => format!("，{}已付 {} 万元", date(one.paid_on), paid.to_wan()),
            None => String::new(),
        };
        let due = format!("{}应付 {} 万元{paid}", date(Some(one.due_on)), one.planned.to_wan());
        wide("分期付款", format!("第 {} 期：{due}", at + 1))
    };
    Section {
        title: "付款计划",
        entries: fields.instalments.iter().enumerate().map(line).collect(),
    }
}

fn purpose(fields: &ContractFields, reference: &Reference) -> Section {
    let industry = |code: &str| reference.industry_name(code, Language::Chinese);
    let goal = |code: &str| reference.code_name("socio_economic_goal", code, Language::Chinese);
    Section {
        title: "领域与目标",
        entries: vec![
            entry("技术领域", named(reference, "tech_field", fields.tech_field.as_ref())),
            entry("服务的国民经济行业", coded(fields.industry_code.as_ref(), industry)),
            wide("服务的社会经济目标", coded(fields.socio_economic_goal.as_ref(), goal)),
            entry("中介机构", text(fields.broker_org.as_ref())),
            entry("技术经理人", text(fields.broker_person.as_ref())),
        ],
    }
}

fn registry(fields: &ContractFields, contract: &Contract, reference: &Reference) -> Section {
    let status = contract.status.as_str().to_owned();
    Section {
        title: "登记",
        entries: vec![
            entry("状态", named(reference, "contract_status", Some(&status))),
            entry("提交登记日期", date(fields.submitted_on)),
            entry("登记日期", date(fields.registered_on)),
            entry("登记机构", text(fields.registrar.as_ref())),
            wide("计入地区", reference.region_name(&contract.region_code, Language::Chinese)),
        ],
    }
}

/// Places to sign and seal by hand: nothing in them is known beforehand.
fn signatures() -> Section {
    Section {
        title: "签章",
        entries: vec![
            entry("项目负责人", String::new()),
            entry("填报人", String::new()),
            wide("填报日期", "　　　　年　　月　　日"),
            Entry { lines: 5, ..wide("单位盖章", String::new()) },
        ],
    }
}
