-- What was asked of danger at the first contact of a case, by the same list as where somebody comes by themselves.
alter table hub_assessment add column said_danger text[] not null default '{}';
comment on column hub_assessment.said_danger is 'plain: which dangers there are; empty where nobody asked';
alter table hub_assessment add column same_household text not null default 'not_asked';
comment on column hub_assessment.same_household is 'plain: whether they live with who did it';
