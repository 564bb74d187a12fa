//! Plots as SVG: bars, and lines over axes that are logarithmic.

use std::error::Error;
use std::fs;
use std::ops::Range;
use std::path::Path;

use plotters::coord::combinators::IntoLogRange;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::report::text::grouped;

type Drawn = Result<(), Box<dyn Error>>;

/// Of this client.
const OURS: RGBColor = RGBColor(0, 114, 178);
/// Of others, where a plot has bars.
const OTHER: RGBColor = RGBColor(160, 160, 160);
/// Of lines, which readers without some colours tell apart too.
const LINES: [RGBColor; 6] = [
    OURS,
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(130, 130, 130),
    RGBColor(230, 159, 0),
];
const FONT: &str = "sans-serif";
const WIDTH: u32 = 960;

pub struct Bar {
    pub label: String,
    pub value: f64,
    pub is_ours: bool,
}

pub struct Line {
    pub label: String,
    pub points: Vec<(f64, f64)>,
}

/// Draws horizontal bars, the first at the top. `axis` has the unit.
pub fn bars(path: &Path, title: &str, axis: &str, bars: &[Bar]) {
    drawn(path, try_bars(path, title, axis, bars));
}

/// Draws lines over two logarithmic axes, whose titles have their units.
pub fn lines(path: &Path, title: &str, axes: (&str, &str), lines: &[Line]) {
    drawn(path, try_lines(path, title, axes, lines));
}

fn drawn(path: &Path, drawn: Drawn) {
    drawn.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    // So that a file ends as an editor would end it.
    let text = fs::read_to_string(path).unwrap();
    fs::write(path, format!("{}\n", text.trim_end())).unwrap();
}

fn try_bars(path: &Path, title: &str, axis: &str, bars: &[Bar]) -> Drawn {
    let height = 110 + 30 * bars.len() as u32;
    let root = SVGBackend::new(path, (WIDTH, height)).into_drawing_area();
    root.fill(&WHITE)?;
    let most = bars.iter().map(|it| it.value).fold(f64::MIN_POSITIVE, f64::max);
    let count = bars.len();
    let longest = bars.iter().map(|it| it.label.chars().count()).max().unwrap_or(0) as u32;
    let mut chart = ChartBuilder::on(&root)
        .caption(title, (FONT, 20))
        .margin(12)
        .x_label_area_size(48)
        .y_label_area_size(16 + longest * 8)
        .build_cartesian_2d(0.0..most * 1.14, 0.0..count as f64)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .light_line_style(WHITE)
        .x_desc(axis)
        .x_label_formatter(&|value| short(*value))
        .label_style((FONT, 15))
        .axis_desc_style((FONT, 16))
        .draw()?;
    let style = |pos| (FONT, 15).into_font().color(&BLACK).pos(Pos::new(pos, VPos::Center));
    for (place, bar) in bars.iter().rev().enumerate() {
        let (bottom, color) = (place as f64, if bar.is_ours { OURS } else { OTHER });
        let corners = [(0.0, bottom + 0.14), (bar.value, bottom + 0.86)];
        chart.draw_series([Rectangle::new(corners, color.filled())])?;
        let end = (bar.value + most * 0.008, bottom + 0.5);
        chart.draw_series([Text::new(short(bar.value), end, style(HPos::Left))])?;
        let (x, y) = chart.backend_coord(&(0.0, bottom + 0.5));
        root.draw(&Text::new(plain(&bar.label), (x - 8, y), style(HPos::Right)))?;
    }
    root.present()?;
    Ok(())
}

fn try_lines(path: &Path, title: &str, axes: (&str, &str), lines: &[Line]) -> Drawn {
    let root = SVGBackend::new(path, (WIDTH, 480)).into_drawing_area();
    root.fill(&WHITE)?;
    let all = || lines.iter().flat_map(|line| line.points.iter());
    let (across, up) = (decades(all().map(|it| it.0), 0), decades(all().map(|it| it.1), 1));
    // Above that half whose points are lower.
    let middle = (across.start * across.end).sqrt();
    let highest = |left: bool| all().filter(|it| (it.0 < middle) == left).map(|it| it.1).fold(0.0, f64::max);
    let legend = match highest(true) <= highest(false) {
        true => SeriesLabelPosition::UpperLeft,
        false => SeriesLabelPosition::UpperRight,
    };
    let mut chart = ChartBuilder::on(&root)
        .caption(title, (FONT, 20))
        .margin(12)
        .margin_right(28)
        .x_label_area_size(50)
        .y_label_area_size(84)
        .build_cartesian_2d(across.log_scale(), up.log_scale())?;
    chart
        .configure_mesh()
        .light_line_style(RGBColor(245, 245, 245))
        .x_desc(axes.0)
        .y_desc(axes.1)
        .x_label_formatter(&|value| short(*value))
        .y_label_formatter(&|value| short(*value))
        .label_style((FONT, 15))
        .axis_desc_style((FONT, 16))
        .draw()?;
    for (line, color) in lines.iter().zip(LINES.iter().cycle()) {
        let style = color.stroke_width(2);
        chart
            .draw_series(LineSeries::new(line.points.iter().copied(), style))?
            .label(plain(&line.label))
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 22, y)], style));
        chart.draw_series(line.points.iter().map(|at| Circle::new(*at, 4, color.filled())))?;
    }
    chart
        .configure_series_labels()
        .position(legend)
        .background_style(WHITE.mix(0.85))
        .border_style(RGBColor(200, 200, 200))
        .label_font((FONT, 15))
        .draw()?;
    root.present()?;
    Ok(())
}

/// Returns a range that has all of `values` with a little room, and a decade at least; `above` decades more
/// at its end, for the legend.
fn decades(values: impl Iterator<Item = f64>, above: i32) -> Range<f64> {
    let (least, most) =
        values.fold((f64::MAX, f64::MIN_POSITIVE), |(least, most), it| (least.min(it), most.max(it)));
    let begin = 10_f64.powf((least.log10() - 0.1).floor().max(least.log10() - 0.3));
    let end = most * 10_f64.powf(0.15) * 10_f64.powi(above).powf(0.6);
    begin..end.max(begin * 10.0)
}

/// Returns a label without the signs of Markdown.
fn plain(label: &str) -> String {
    label.replace('`', "")
}

/// Returns a number of few digits.
fn short(value: f64) -> String {
    match value {
        _ if value >= 1_000_000.0 && value % 100_000.0 == 0.0 => {
            format!("{} M", (value / 100_000.0).round() / 10.0)
        }
        100.0.. => grouped(value.round() as u64),
        10.0.. => format!("{}", (value * 10.0).round() / 10.0),
        0.1.. => format!("{}", (value * 100.0).round() / 100.0),
        _ => format!("{}", (value * 10_000.0).round() / 10_000.0),
    }
}
