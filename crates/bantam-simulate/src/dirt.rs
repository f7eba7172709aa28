//! Spoils a small share of cells the way real customer files are spoilt.

use crate::dice::Dice;
use crate::lead::{Figure, Lead};
use crate::planted::DIRT;

/// Spoils some cells of a lead's row.
pub(crate) fn soil(lead: &mut Lead, dice: &mut Dice) {
    for cell in [&mut lead.title, &mut lead.company, &mut lead.industry, &mut lead.country] {
        if dice.chance(DIRT) {
            *cell = soil_text(cell.take(), dice);
        }
    }
    if dice.chance(DIRT) {
        lead.email = lead.email.to_ascii_uppercase();
    }
    for figure in [&mut lead.employees, &mut lead.annual_revenue] {
        if dice.chance(DIRT) {
            *figure = soil_figure(figure.take(), dice);
        }
    }
}

fn soil_text(text: Option<String>, dice: &mut Dice) -> Option<String> {
    let filler = dice.pick(&["N/A", "-", "Select", "unknown", " "]);
    let Some(text) = text else { return Some(filler.to_owned()) };
    Some(match dice.below(6) {
        0 => text + " ",
        1 => text + "\u{a0}",
        2 => text.to_lowercase(),
        3 => text.to_uppercase(),
        4 => format!("  {text}"),
        _ => filler.to_owned(),
    })
}

fn soil_figure(figure: Option<Figure>, dice: &mut Dice) -> Option<Figure> {
    let style = dice.below(5);
    let Some(Figure::Number(number)) = figure else { return Some(Figure::Text("N/A".to_owned())) };
    Some(Figure::Text(match style {
        0 => format!("{} employees", with_commas(number)),
        1 => with_commas(number),
        2 => format!("{number}+"),
        3 => format!("{}-{}", number / 2 + 1, number.max(2)),
        _ => "N/A".to_owned(),
    }))
}

/// Writes a number with a comma before every three digits.
fn with_commas(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_stand_before_every_three_digits() {
        assert_eq!(["7", "1,200", "12,345,678"].map(str::to_owned), [7, 1_200, 12_345_678].map(with_commas));
    }
}
