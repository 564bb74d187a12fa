//! An SVG document, written element by element, and the scales of a chart in it.

use std::fmt::{Display, Write as _};
use std::ops::Range;

/// A font that the system of the viewer has.
const FONT: &str = "Inter, system-ui, 'Segoe UI', 'Helvetica Neue', 'DejaVu Sans', sans-serif";

const NAMESPACE: &str = "http://www.w3.org/2000/svg";

/// A document under construction. Colours are those of CSS.
pub(crate) struct Svg(String);

impl Svg {
    pub(crate) fn new(width: u32, height: u32, background: &str) -> Self {
        let mut svg = Self(String::new());
        svg.add(format_args!(
            "<svg xmlns=\"{NAMESPACE}\" viewBox=\"0 0 {width} {height}\" font-family=\"{FONT}\">"
        ));
        svg.bar(0.0..f64::from(width), 0.0..f64::from(height), background);
        svg
    }

    /// A filled rectangle.
    pub(crate) fn bar(&mut self, x: Range<f64>, y: Range<f64>, fill: &str) {
        let (width, height) = (x.end - x.start, y.end - y.start);
        self.add(format_args!(
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{fill}\"/>",
            x.start, y.start
        ));
    }

    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), stroke: &str, style: &str) {
        let ((x1, y1), (x2, y2)) = (from, to);
        self.add(format_args!(
            "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"{stroke}\" {style}/>"
        ));
    }

    /// A line through all points, and the area between it and `bottom`.
    pub(crate) fn area(&mut self, points: &[(f64, f64)], bottom: f64, colour: &str) {
        let (Some((first, _)), Some((last, _))) = (points.first(), points.last()) else { return };
        let path: String = points.iter().map(|(x, y)| format!("{x:.1},{y:.1} ")).collect();
        self.add(format_args!(
            "<polygon points=\"{first:.1},{bottom:.1} {path}{last:.1},{bottom:.1}\" fill=\"{colour}\" \
             fill-opacity=\"0.22\"/>"
        ));
        self.add(format_args!(
            "<polyline points=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>"
        ));
    }

    /// `style` may say how it is anchored, turned or weighted.
    pub(crate) fn text(&mut self, text: &str, at: (f64, f64), size: u32, fill: &str, style: &str) {
        let (x, y) = at;
        self.add(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" fill=\"{fill}\" {style}>{text}</text>"
        ));
    }

    pub(crate) fn finish(mut self) -> String {
        self.add("</svg>");
        self.0
    }

    fn add(&mut self, element: impl Display) {
        // Writing to a `String` cannot fail.
        let _ = writeln!(self.0, "{element}");
    }
}

/// Where the values of a chart are in the document.
pub(crate) struct Scales {
    pub(crate) x: Range<f64>,
    /// From top to bottom.
    pub(crate) y: Range<f64>,
    /// The value at the right end.
    pub(crate) seconds: f64,
    /// The value at the top.
    pub(crate) most: f64,
}

impl Scales {
    pub(crate) fn x(&self, seconds: f64) -> f64 {
        self.x.start + (self.x.end - self.x.start) * seconds / self.seconds
    }

    pub(crate) fn y(&self, value: f64) -> f64 {
        self.y.end - (self.y.end - self.y.start) * value / self.most
    }

    /// About `count` round values, as the labels of the axis on the left.
    pub(crate) fn ticks(&self, count: f64) -> impl Iterator<Item = f64> {
        let most = self.most;
        let power = 10_f64.powf((most / count).log10().floor());
        let factors = [1.0, 2.0, 5.0, 10.0];
        let factor = factors.into_iter().find(|factor| factor * power * count >= most).unwrap_or(10.0);
        let step = (factor * power).max(1.0);
        (0..).map(move |index| f64::from(index) * step).take_while(move |value| *value <= most)
    }
}
