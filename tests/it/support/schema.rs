//! Schemas on the PostgreSQL server of the environment.

use townbridge::db::Db;

/// An empty schema of its own, dropped at the end.
pub struct Schema {
    server: String,
    name: String,
    url: String,
}

impl Schema {
    /// Makes one on the server of `TEST_POSTGRES_URL`.
    pub fn create() -> Self {
        let server = std::env::var("TEST_POSTGRES_URL")
            .expect("TEST_POSTGRES_URL must name a server: scripts/with-postgres starts one");
        let name = format!("t{}", uuid::Uuid::now_v7().simple());
        let mut db = Db::connect(&server).unwrap();
        db.execute_batch(&format!("CREATE SCHEMA {name}")).unwrap();
        let separator = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{separator}options=-csearch_path%3D{name}");
        Self { server, name, url }
    }

    /// Address of a database in which the schema is all there is.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let dropped = Db::connect(&self.server)
            .map(|mut db| db.execute_batch(&format!("DROP SCHEMA {} CASCADE", self.name)));
        if !std::thread::panicking() {
            dropped.unwrap().unwrap();
        }
    }
}
