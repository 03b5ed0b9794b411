//! Pages of needs: showing one with its matches, writing one, taking a step.

mod compare;
mod conflict;
mod doctor;
mod edit;
mod form;
mod send;
mod show;
mod step;

use actix_web::web;

/// Registers the pages.
pub fn configure(config: &mut web::ServiceConfig) {
    // The fixed path comes before the one that takes any id.
    config
        .service(doctor::diagnose_need)
        .service(edit::new_need)
        .service(edit::create_need)
        .service(edit::edit_need)
        .service(edit::update_need)
        .service(step::take_need_step)
        .service(step::verify_need)
        .service(compare::compare_matches)
        .service(show::show_need);
}
