//! A PostgreSQL server of the tests' own, in a temporary folder; it ends with the process that asked for it, however that
//! ends.

#![allow(dead_code, reason = "not every test asks for all of it")]
#![allow(clippy::print_stdout, reason = "a test that does nothing says so")]

use bantam_store::postgres::{PostgresUrl, migrate};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Runs until its input ends. Its first line of output is its folder.
const SCRIPT: &str = r#"
set -e
folder=$(mktemp -d "${TMPDIR:-/tmp}/bantam-postgres-XXXXXX")
trap 'rm -rf "$folder"' EXIT
cd "$folder"
initdb -D data -U admin -A trust -E UTF8 --no-locale --no-sync > log 2>&1 || { cat log >&2; exit 1; }
postgres -D data -p $PORT -k "$folder" -c listen_addresses= -c max_connections=60 -c log_min_messages=fatal $OPTIONS > log 2>&1 &
server=$!
until pg_isready -q -h "$folder" -p $PORT; do kill -0 $server; sleep 0.05; done
echo "$folder"
cat > input
kill -QUIT $server
wait $server || true
"#;

pub(crate) struct Cluster {
    pub(crate) folder: PathBuf,
    port: u16,
    binaries: PathBuf,
    _server: Child,
}

/// A database of its own, with two roles: one that owns the tables, and one that may read and write rows.
pub(crate) struct Database<'c> {
    cluster: &'c Cluster,
    pub(crate) name: String,
}

static SHARED: LazyLock<Option<Cluster>> = LazyLock::new(|| Cluster::start("", 5432));

/// Returns the server that all tests of a file share; none where PostgreSQL is not installed.
pub(crate) fn shared() -> Option<&'static Cluster> {
    SHARED.as_ref()
}

/// Returns a new database on the server that all share, with its tables.
pub(crate) fn database() -> Option<Database<'static>> {
    let database = shared()?.database();
    migrate(&database.url("keeper"), Some("service")).unwrap();
    Some(database)
}

impl Cluster {
    pub(crate) fn start(options: &str, port: u16) -> Option<Cluster> {
        let Some(binaries) = binaries() else {
            // `cargo xtask test` sets this after it installed what is missing.
            assert!(std::env::var_os("BANTAM_TEST_TOOLS").is_none(), "PostgreSQL is not installed");
            println!("skipped: run `cargo xtask test`, which installs PostgreSQL");
            return None;
        };
        let mut command = match is_root() {
            // The server refuses to run as root.
            true => {
                let mut command = Command::new("runuser");
                command.args(["-u", "postgres", "--"]);
                command
            }
            false => Command::new("env"),
        };
        let path = std::env::join_paths([binaries.clone(), "/usr/bin".into(), "/bin".into()]).unwrap();
        let mut path_setting = std::ffi::OsString::from("PATH=");
        path_setting.push(path);
        command
            .arg("env")
            .arg(path_setting)
            .arg(format!("OPTIONS={options}"))
            .arg(format!("PORT={port}"))
            .args(["sh", "-c", SCRIPT]);
        let mut server = command.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut folder = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut folder).unwrap();
        assert!(!folder.trim().is_empty(), "the server did not start");
        let cluster = Cluster { folder: folder.trim().into(), port, binaries, _server: server };
        cluster.sql("postgres", "create role keeper login; create role service login");
        Some(cluster)
    }

    /// Makes a database without tables.
    pub(crate) fn database(&self) -> Database<'_> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("leads_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("create database {name} owner keeper"));
        Database { cluster: self, name }
    }

    /// Lets the server show a certificate from now on.
    pub(crate) fn show_certificate(&self, certificate: &str, key: &str) {
        for (name, text) in [("server.crt", certificate), ("server.key", key)] {
            let path = self.folder.join("data").join(name);
            std::fs::write(&path, text).unwrap();
            // The server wants its key to be its own and nobody else's.
            assert!(Command::new("chmod").arg("600").arg(&path).status().unwrap().success());
            if is_root() {
                assert!(Command::new("chown").arg("postgres").arg(&path).status().unwrap().success());
            }
        }
        self.sql("postgres", "alter system set ssl = on");
        self.sql("postgres", "select pg_reload_conf()");
        let is_on = || self.sql("postgres", "show ssl") == "on";
        while !is_on() {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }

    /// Runs statements as the one who may do everything; returns what they print.
    pub(crate) fn sql(&self, database: &str, sql: &str) -> String {
        let mut command = Command::new(self.binaries.join("psql"));
        command.arg("-h").arg(&self.folder).arg("-p").arg(self.port.to_string()).args([
            "-U",
            "admin",
            "-d",
            database,
            "-v",
            "ON_ERROR_STOP=1",
        ]);
        let output = command.args(["-X", "-q", "-A", "-t", "-c", sql]).output().unwrap();
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

impl Database<'_> {
    /// Returns how a role reaches it.
    pub(crate) fn text_url(&self, role: &str) -> String {
        format!(
            "postgres:///{}?host={}&port={}&user={role}",
            self.name,
            self.cluster.folder.display(),
            self.cluster.port
        )
    }

    /// Returns how a role reaches it, for others' clients.
    pub(crate) fn settings(&self, role: &str) -> String {
        format!("host={} port={} user={role} dbname={}", self.cluster.folder.display(), self.cluster.port, self.name)
    }

    pub(crate) fn url(&self, role: &str) -> PostgresUrl {
        self.text_url(role).parse().unwrap()
    }

    pub(crate) fn sql(&self, sql: &str) -> String {
        self.cluster.sql(&self.name, sql)
    }
}

/// Returns the folder of the programs of the newest PostgreSQL there is.
fn binaries() -> Option<PathBuf> {
    let has_all = |folder: &Path| ["initdb", "postgres", "psql"].iter().all(|name| folder.join(name).is_file());
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<(u32, PathBuf)> = installed
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| has_all(folder))
        .collect();
    folders.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let newest = folders.pop().map(|(_, folder)| folder);
    newest.or_else(|| std::env::split_paths(&path).find(|folder| has_all(folder)))
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}
