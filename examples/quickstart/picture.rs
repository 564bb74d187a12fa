//! The timeline as an SVG. Knows the report, and nothing of how it came about.

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::CALLERS;
use crate::report::{Report, grouped};

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
type Drawn<T = ()> = Result<T, Box<dyn Error>>;

const SIZE: (u32, u32) = (1200, 660);
const FONT: &str = "Inter, system-ui, 'Segoe UI', 'Helvetica Neue', 'DejaVu Sans', sans-serif";
const PAPER: RGBColor = RGBColor(252, 253, 254);
const INK: RGBColor = RGBColor(31, 41, 55);
const PALE_INK: RGBColor = RGBColor(107, 119, 135);
const GRID: RGBColor = RGBColor(232, 236, 241);
const BLUE: RGBColor = RGBColor(74, 134, 189);
const GREEN: RGBColor = RGBColor(46, 139, 107);
const AMBER: RGBColor = RGBColor(222, 149, 58);
const VIOLET: RGBColor = RGBColor(133, 109, 181);

/// Writes the picture beside the build's other products, or where there is room if not there, and gives its path.
pub(crate) fn save(report: &Report) -> Drawn<PathBuf> {
    let mut path = directory().join("quickstart.svg");
    if draw(report, &path).is_err() {
        path = env::temp_dir().join("quickstart.svg");
        draw(report, &path)?;
    }
    let here = env::current_dir()?;
    Ok(path.strip_prefix(here).map(Path::to_owned).unwrap_or(path))
}

/// The target directory, if this program lies in one as cargo makes it: `target/debug/examples/quickstart`.
fn directory() -> PathBuf {
    let program = env::current_exe().unwrap_or_default();
    let examples = program.parent().filter(|directory| directory.ends_with("examples"));
    match examples.and_then(|examples| examples.ancestors().nth(2)) {
        Some(target) => target.to_owned(),
        None => env::temp_dir(),
    }
}

fn draw(report: &Report, path: &Path) -> Drawn {
    let whole = SVGBackend::new(path, SIZE).into_drawing_area();
    whole.fill(&PAPER)?;
    let (header, charts) = whole.split_vertically(104);
    let (upper, lower) = charts.split_vertically(342);
    draw_header(report, &header)?;
    draw_calls(report, &upper)?;
    draw_replays(report, &lower)?;
    whole.present()?;
    Ok(())
}

fn draw_header(report: &Report, area: &Area<'_>) -> Drawn {
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
    area.draw_text(&title, &bold(24, INK), (76, 26))?;

    let mut x = 76;
    for (name, colour) in [
        ("calls", BLUE),
        ("rejected: the server had forgotten the token", AMBER),
        ("refresh, one for everybody", GREEN),
        ("replayed with the new token", VIOLET),
    ] {
        let swatch = Rectangle::new([(x, 70), (x + 12, 82)], colour.filled());
        area.draw(&swatch)?;
        area.draw_text(name, &text(14, PALE_INK), (x + 20, 70))?;
        x += 48 + 72 * name.len() as i32 / 10;
    }
    Ok(())
}

fn draw_calls(report: &Report, area: &Area<'_>) -> Drawn {
    let width = Duration::from_millis(100);
    let mut calls = report.histogram(&report.served, width);
    // The last tenth of a second is not a whole one.
    calls.pop();
    let most = calls.iter().copied().max().unwrap_or_default().max(1) as f64 * 1.12;
    let points =
        calls.iter().enumerate().map(|(i, &count)| ((i as f64 + 0.5) * width.as_secs_f64(), count as f64));

    let mut chart = chart(report, area, most, 0)?;
    mesh(&mut chart, "calls per 100 ms", None, 5)?;
    draw_refreshes(report, &mut chart, most)?;
    chart.draw_series(AreaSeries::new(points, 0.0, BLUE.mix(0.22)).border_style(BLUE.stroke_width(2)))?;
    Ok(())
}

fn draw_replays(report: &Report, area: &Area<'_>) -> Drawn {
    let width = Duration::from_millis(20);
    let rejected = report.histogram(&report.rejected, width);
    let replayed = report.histogram(&report.replayed, width);
    let most = rejected.iter().chain(&replayed).copied().max().unwrap_or_default().max(1) as f64 * 1.25;

    let mut chart = chart(report, area, most, 56)?;
    mesh(&mut chart, "per 20 ms", Some("seconds since the sign-in"), 3)?;
    draw_refreshes(report, &mut chart, most)?;
    for (counts, colour) in [(rejected, AMBER), (replayed, VIOLET)] {
        let bars = counts.into_iter().enumerate().filter(|(_, count)| *count > 0).map(|(i, count)| {
            let from = i as f64 * width.as_secs_f64();
            Rectangle::new([(from, 0.0), (from + width.as_secs_f64(), count as f64)], colour.filled())
        });
        chart.draw_series(bars)?;
    }
    for (from, refresh) in report.refreshed.iter().enumerate() {
        let next = report.refreshed.get(from + 1).copied().unwrap_or(Duration::MAX);
        let replayed = report.replayed.iter().filter(|time| (*refresh..next).contains(*time)).count();
        let label = format!("{replayed} replayed");
        let right_of_the_bars = refresh.as_secs_f64() + 0.16;
        chart.draw_series([Text::new(label, (right_of_the_bars, most * 0.94), text(13, VIOLET))])?;
    }
    Ok(())
}

fn draw_refreshes(report: &Report, chart: &mut Chart<'_, '_>, most: f64) -> Drawn {
    for time in &report.refreshed {
        let x = time.as_secs_f64();
        chart.draw_series(DashedLineSeries::new([(x, 0.0), (x, most)], 4, 4, GREEN.stroke_width(2)))?;
    }
    Ok(())
}

fn chart<'a, 'b>(report: &Report, area: &'a Area<'b>, most: f64, below: u32) -> Drawn<Chart<'a, 'b>> {
    let seconds = report.elapsed.as_secs_f64();
    let chart = ChartBuilder::on(area)
        .margin_top(12)
        .margin_right(36)
        .margin_left(16)
        .margin_bottom(if below == 0 { 6 } else { 10 })
        .x_label_area_size(below)
        .y_label_area_size(60)
        .build_cartesian_2d(0.0..seconds, 0.0..most)?;
    Ok(chart)
}

fn mesh(chart: &mut Chart<'_, '_>, y: &str, x: Option<&str>, y_labels: usize) -> Drawn {
    let whole = |value: &f64| format!("{value:.0}");
    let mut mesh = chart.configure_mesh();
    mesh.disable_x_mesh()
        .x_labels(12)
        .y_labels(y_labels)
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(PALE_INK.mix(0.5))
        .label_style(text(14, PALE_INK))
        .axis_desc_style(text(14, PALE_INK))
        .x_label_formatter(&whole)
        .y_label_formatter(&whole)
        .y_desc(y);
    if let Some(x) = x {
        mesh.x_desc(x);
    }
    mesh.draw()?;
    Ok(())
}

fn text(pixels: u32, colour: RGBColor) -> TextStyle<'static> {
    styled(pixels, FontStyle::Normal, colour)
}

fn bold(pixels: u32, colour: RGBColor) -> TextStyle<'static> {
    styled(pixels, FontStyle::Bold, colour)
}

fn styled(pixels: u32, font: FontStyle, colour: RGBColor) -> TextStyle<'static> {
    // Plotters divides by this factor when it writes SVG.
    let size = f64::from(pixels) * 1.24;
    let pos = Pos::new(HPos::Left, VPos::Top);
    TextStyle { font: (FONT, size, font).into(), color: colour.to_backend_color(), pos }
}
