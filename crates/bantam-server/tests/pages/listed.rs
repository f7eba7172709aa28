//! The list of pages that measurements and tests in browsers go through (`pages.txt`) is the service's own.

use crate::test_app::TestApp;

#[tokio::test]
async fn ui_04_the_list_of_pages_is_the_services_own() {
    let app = TestApp::new();
    let line = |page: &bantam_server::PageRule| {
        let methods: Vec<&str> = page.methods.iter().map(String::as_str).filter(|method| *method != "HEAD").collect();
        format!("{} {}\n", methods.join(","), page.path)
    };
    let own: String = app.pages().await.iter().map(line).collect();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pages/pages.txt"), &own).unwrap();
        return;
    }
    assert_eq!(include_str!("pages.txt"), own, "renew it with UPDATE_DOCS=1");
}
