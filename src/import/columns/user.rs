//! Columns of accounts.

use super::{Column, Due, Shape};
use Due::{Draft, Optional};
use Shape::{Code, Region, Text};

pub(super) const COLUMNS: &[Column] = &[
    Column::new("login_mail", "登录邮箱", Text, Draft),
    Column::new("name", "姓名", Text, Draft),
    Column::new("role", "角色", Code("role"), Draft),
    Column::new("org", "所属单位", Text, Optional),
    Column::new("region_code", "负责地区", Region, Optional),
];
