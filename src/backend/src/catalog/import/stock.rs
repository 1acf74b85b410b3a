//! What an import may do to a variant's stock. Pure.

use super::{
    columns::Column,
    report::{BadRow, Warning},
};

/// What the file says of a variant's stock, and what the store has.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct Count {
    /// The variant.
    pub variant_id: uuid::Uuid,
    /// The line of the variant's row.
    pub line: i64,
    /// Whether the store had the variant before.
    pub is_new: bool,
    /// How many the file says.
    pub quantity: Option<i32>,
    /// What the file says of selling more than there are.
    pub wanted: Option<bool>,
    /// How many the store has.
    pub on_hand: i32,
    /// How many of them are promised to orders.
    pub reserved: i32,
    /// Whether more may be sold than there are.
    pub backorderable: bool,
}

/// A change of a variant's stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Added to what is on hand; 0 for no movement.
    pub delta: i32,
    /// Afterwards.
    pub backorderable: bool,
    /// What the merchant should know.
    pub warning: Option<Warning>,
}

impl Count {
    fn line(&self) -> u64 {
        u64::try_from(self.line).unwrap_or_default()
    }

    /// What changes. Quantities count for new variants, and with `take` (a stock-take) for all.
    ///
    /// # Errors
    /// When more are promised than there would be, and no more may be sold than there are.
    pub fn change(&self, take: bool) -> Result<Change, BadRow> {
        let mut warning = None;
        let mut target = self.on_hand;
        if let Some(counted) = self.quantity.filter(|_| take || self.is_new) {
            target = counted.max(0);
            if counted < 0 {
                warning = Some(format!("the quantity {counted} counts as 0"));
            }
            if target < self.reserved {
                warning =
                    Some(format!("{counted} were counted, but {0} are promised to orders: set to {0}", self.reserved));
                target = self.reserved;
            }
        }
        let backorderable = self.wanted.unwrap_or(self.backorderable);
        if !backorderable && self.reserved > target {
            let reason = format!(
                "cannot become `deny` while {} are promised to orders and {target} are on hand: \
                 correct the stock first, or keep `continue`",
                self.reserved
            );
            return Err(BadRow::new(self.line(), Column::Policy.name(), reason));
        }
        let warning = warning.map(|text| Warning { line: self.line(), text });
        Ok(Change { delta: target - self.on_hand, backorderable, warning })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KNOWN: Count = Count {
        variant_id: uuid::Uuid::nil(),
        line: 7,
        is_new: false,
        quantity: Some(9),
        wanted: Some(false),
        on_hand: 5,
        reserved: 2,
        backorderable: false,
    };

    #[test]
    fn quantities_count_once_or_as_a_stock_take() {
        assert_eq!(KNOWN.change(false).unwrap().delta, 0);
        assert_eq!(KNOWN.change(true).unwrap().delta, 4);
        let new = Count { is_new: true, on_hand: 0, reserved: 0, ..KNOWN };
        assert_eq!(new.change(false).unwrap().delta, 9);
        assert_eq!(Count { quantity: None, ..KNOWN }.change(true).unwrap().delta, 0);
    }

    #[test]
    fn negative_and_promised_quantities_are_put_right_and_told() {
        let negative =
            Count { is_new: true, on_hand: 0, reserved: 0, quantity: Some(-3), ..KNOWN }.change(false).unwrap();
        assert_eq!((negative.delta, negative.warning.unwrap().line), (0, 7));
        for wanted in [Some(true), Some(false), None] {
            let promised = Count { quantity: Some(1), wanted, ..KNOWN }.change(true).unwrap();
            assert_eq!(promised.delta, -3);
            assert!(promised.warning.unwrap().text.contains("2 are promised"));
        }
    }

    #[test]
    fn an_oversold_variant_cannot_turn_to_deny() {
        let oversold = Count { reserved: 8, backorderable: true, quantity: None, ..KNOWN };
        assert_eq!(oversold.change(false).unwrap_err().column, "Variant Inventory Policy");
        assert!(Count { wanted: None, ..oversold }.change(false).unwrap().backorderable);
        assert_eq!(Count { quantity: Some(10), ..oversold }.change(true).unwrap().delta, 5);
    }

    proptest! {
        #[test]
        fn the_database_s_rule_always_holds(
            is_new: bool, take: bool, quantity in prop::option::of(-9..99_i32), wanted: Option<bool>,
            on_hand in 0..99_i32, reserved in 0..99_i32, backorderable: bool,
        ) {
            prop_assume!(backorderable || reserved <= on_hand);
            let count = Count { is_new, quantity, wanted, on_hand, reserved, backorderable, ..KNOWN };
            if let Ok(change) = count.change(take) {
                let on_hand = on_hand + change.delta;
                prop_assert!(on_hand >= 0 && (change.backorderable || reserved <= on_hand));
            }
        }
    }
}
