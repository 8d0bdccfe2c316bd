-- How far the clocks were decided by coverage that changed: each case once, whatever becomes of it.

alter table coverage_line add column applied_until uuid;
comment on column coverage_line.applied_until is 'plain: the last case decided by it in the pass that is under way; null = from the first';
