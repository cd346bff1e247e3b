//! The table that is printed.

use std::io::{self, Write as _};

/// One figure.
#[derive(Debug, Clone)]
struct Row {
    what: String,
    measured: f64,
    unit: &'static str,
    budget: Option<f64>,
    /// The same of the function that does nothing, or what it is compared with.
    floor: Option<f64>,
}

/// The figures so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Report(Vec<Row>);

impl Report {
    /// A figure with a budget, beside the floor of the same run where there is one.
    pub(crate) fn add(
        &mut self,
        what: impl Into<String>,
        measured: f64,
        unit: &'static str,
        budget: f64,
        floor: Option<f64>,
    ) {
        self.push(what.into(), measured, unit, Some(budget), floor);
    }

    /// A figure that explains others.
    pub(crate) fn note(&mut self, what: impl Into<String>, measured: f64, unit: &'static str) {
        self.push(what.into(), measured, unit, None, None);
    }

    fn push(
        &mut self,
        what: String,
        measured: f64,
        unit: &'static str,
        budget: Option<f64>,
        floor: Option<f64>,
    ) {
        self.0.push(Row {
            what,
            measured,
            unit,
            budget,
            floor,
        });
    }

    /// Whether no figure is above its budget.
    pub(crate) fn is_within_budget(&self) -> bool {
        self.0
            .iter()
            .all(|row| row.budget.is_none_or(|budget| row.measured <= budget))
    }

    /// Prints the table to standard output.
    pub(crate) fn print(&self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        writeln!(
            out,
            "{:<66} {:>12} {:>12} {:>10} {:>8}",
            "", "measured", "budget", "floor", "ratio"
        )?;
        for row in &self.0 {
            let figure = |value: f64| format!("{value:.3} {}", row.unit);
            let budget = row.budget.map(figure).unwrap_or_default();
            let floor = row.floor.map(|floor| format!("{floor:.3}")).unwrap_or_default();
            let ratio = row
                .floor
                .filter(|floor| *floor > 0.0)
                .map(|floor| format!("{:.2}", row.measured / floor))
                .unwrap_or_default();
            let over = row.budget.is_some_and(|budget| row.measured > budget);
            writeln!(
                out,
                "{:<66} {:>12} {budget:>12} {floor:>10} {ratio:>8}{}",
                row.what,
                figure(row.measured),
                if over { "  over budget" } else { "" }
            )?;
        }
        Ok(())
    }
}
