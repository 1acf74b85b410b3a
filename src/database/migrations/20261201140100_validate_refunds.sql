-- After the lock of the columns is gone: looking at every refund keeps no one from writing one.
ALTER TABLE refunds VALIDATE CONSTRAINT refunds_method_is_known;
ALTER TABLE refunds VALIDATE CONSTRAINT refunds_by_other_means_are_made;
ALTER TABLE refunds VALIDATE CONSTRAINT refunds_settled_are_failed;
ALTER TABLE refunds VALIDATE CONSTRAINT refunds_superseded_are_failed;
ALTER TABLE refunds VALIDATE CONSTRAINT refunds_attempt_is_positive;
ALTER TABLE refunds VALIDATE CONSTRAINT refunds_replace_a_refund;
