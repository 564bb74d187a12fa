//! The timeline of a report as an SVG file.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs, io};

use crate::CALLERS;
use crate::report::{Report, grouped};
use crate::svg::{Scales, Svg};

const WIDTH: u32 = 1200;
const HEIGHT: u32 = 660;
/// Between the labels on the left and the margin on the right.
const LEFT: f64 = 76.0;
const RIGHT: f64 = 1164.0;

const PAPER: &str = "#fcfdfe";
const INK: &str = "#1f2937";
const PALE_INK: &str = "#6b7787";
const GRID: &str = "#e8ecf1";
const BLUE: &str = "#4a86bd";
const GREEN: &str = "#2e8b6b";
const AMBER: &str = "#de953a";
const VIOLET: &str = "#856db5";

/// Writes the picture to the target directory, or to the temporary directory if that fails, and returns its
/// path.
pub(crate) fn save(report: &Report) -> io::Result<PathBuf> {
    let picture = draw(report);
    let mut path = directory().join("quickstart.svg");
    if fs::write(&path, &picture).is_err() {
        path = env::temp_dir().join("quickstart.svg");
        fs::write(&path, &picture)?;
    }
    let here = env::current_dir()?;
    Ok(path.strip_prefix(here).map(Path::to_owned).unwrap_or(path))
}

/// The target directory, if this program is where cargo builds it: `target/debug/quickstart`, next to `deps`.
fn directory() -> PathBuf {
    let program = env::current_exe().unwrap_or_default();
    let profile = program.parent().filter(|directory| directory.join("deps").is_dir());
    match profile.and_then(Path::parent) {
        Some(target) => target.to_owned(),
        None => env::temp_dir(),
    }
}

fn draw(report: &Report) -> String {
    let mut svg = Svg::new(WIDTH, HEIGHT, PAPER);
    draw_header(report, &mut svg);
    draw_calls(report, &mut svg);
    draw_replays(report, &mut svg);
    svg.finish()
}

fn draw_header(report: &Report, svg: &mut Svg) {
    let lifetime = match report.lifetime.as_secs_f64() {
        1.0 => "one".to_owned(),
        seconds => seconds.to_string(),
    };
    let title = format!(
        "{CALLERS} callers, {lifetime}-second tokens: {} calls, {} refreshes, {} failures",
        grouped(report.counts.served_calls),
        report.counts.refreshes,
        report.failed,
    );
    svg.text(&title, (LEFT, 46.0), 24, INK, "font-weight=\"bold\"");

    let mut x = LEFT;
    for (name, colour) in [
        ("calls", BLUE),
        ("rejected: the server had forgotten the token", AMBER),
        ("refresh, one for all callers", GREEN),
        ("replayed with the new token", VIOLET),
    ] {
        svg.bar(x..x + 12.0, 70.0..82.0, colour);
        svg.text(name, (x + 20.0, 81.0), 14, PALE_INK, "");
        x += 48.0 + 7.2 * name.len() as f64;
    }
}

fn draw_calls(report: &Report, svg: &mut Svg) {
    let width = Duration::from_millis(100);
    let mut calls = report.histogram(&report.served, width);
    // The last tenth of a second is not a whole one.
    calls.pop();
    let most = calls.iter().copied().max().unwrap_or_default();
    let scales = scales(report, 116.0..440.0, most as f64 * 1.12);
    let middle = |index: usize| (index as f64 + 0.5) * width.as_secs_f64();
    let points: Vec<_> = (0..).zip(&calls).map(|(i, &n)| (scales.x(middle(i)), scales.y(n as f64))).collect();

    draw_grid(&scales, svg, "calls per 100 ms", 5.0);
    draw_refreshes(report, &scales, svg);
    svg.area(&points, scales.y.end, BLUE);
}

fn draw_replays(report: &Report, svg: &mut Svg) {
    let width = Duration::from_millis(20);
    let rejected = report.histogram(&report.rejected, width);
    let replayed = report.histogram(&report.replayed, width);
    let most = rejected.iter().chain(&replayed).copied().max().unwrap_or_default();
    let scales = scales(report, 458.0..594.0, most as f64 * 1.25);

    draw_grid(&scales, svg, "per 20 ms", 3.0);
    draw_refreshes(report, &scales, svg);
    for (counts, colour) in [(rejected, AMBER), (replayed, VIOLET)] {
        for (index, count) in counts.into_iter().enumerate().filter(|(_, count)| *count > 0) {
            let from = index as f64 * width.as_secs_f64();
            let x = scales.x(from)..scales.x(from + width.as_secs_f64());
            svg.bar(x, scales.y(count as f64)..scales.y.end, colour);
        }
    }
    for (index, refresh) in report.refreshed.iter().enumerate() {
        let next = report.refreshed.get(index + 1).copied().unwrap_or(Duration::MAX);
        let replayed = report.replayed.iter().filter(|time| (*refresh..next).contains(*time)).count();
        let right_of_the_bars = scales.x(refresh.as_secs_f64() + 0.16);
        let label = format!("{replayed} replayed");
        svg.text(&label, (right_of_the_bars, scales.y.start + 18.0), 13, VIOLET, "");
    }

    for second in (0..).take_while(|second| f64::from(*second) <= scales.seconds) {
        let at = (scales.x(f64::from(second)), scales.y.end + 20.0);
        svg.text(&second.to_string(), at, 14, PALE_INK, "text-anchor=\"middle\"");
    }
    let middle = ((LEFT + RIGHT) / 2.0, f64::from(HEIGHT) - 18.0);
    svg.text("seconds since the sign-in", middle, 14, PALE_INK, "text-anchor=\"middle\"");
}

fn scales(report: &Report, y: std::ops::Range<f64>, most: f64) -> Scales {
    Scales { x: LEFT..RIGHT, y, seconds: report.elapsed.as_secs_f64(), most: most.max(1.0) }
}

fn draw_refreshes(report: &Report, scales: &Scales, svg: &mut Svg) {
    for time in &report.refreshed {
        let x = scales.x(time.as_secs_f64());
        let style = "stroke-width=\"2\" stroke-dasharray=\"4 4\"";
        svg.line((x, scales.y.start), (x, scales.y.end), GREEN, style);
    }
}

/// Lines across the chart with their labels, and a title along the axis.
fn draw_grid(scales: &Scales, svg: &mut Svg, title: &str, labels: f64) {
    for value in scales.ticks(labels) {
        let y = scales.y(value);
        let colour = if value == 0.0 { PALE_INK } else { GRID };
        svg.line((LEFT, y), (RIGHT, y), colour, "");
        svg.text(&value.to_string(), (LEFT - 10.0, y + 5.0), 14, PALE_INK, "text-anchor=\"end\"");
    }
    let middle = (scales.y.start + scales.y.end) / 2.0;
    let turned = format!("text-anchor=\"middle\" transform=\"rotate(-90 22 {middle:.1})\"");
    svg.text(title, (22.0, middle), 14, PALE_INK, &turned);
}
