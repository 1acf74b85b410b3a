-- Writes go on meanwhile (SHARE UPDATE EXCLUSIVE).
ALTER TABLE attempts VALIDATE CONSTRAINT attempts_levels_are_a_page;
