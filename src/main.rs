//! The `townbridge` program; see [`townbridge::cli`].

fn main() -> std::process::ExitCode {
    townbridge::cli::main()
}
