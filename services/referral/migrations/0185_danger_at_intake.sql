-- What somebody who came, or an agency for them, was asked of danger: what a case is held for, and who did it.
alter table intake add column said_danger text[] not null default '{}';
comment on column intake.said_danger is 'plain: which dangers there are; empty where nobody asked';
alter table intake add column relationship text not null default 'not_asked';
comment on column intake.relationship is 'plain: who did it, to the person';
alter table intake add column same_household text not null default 'not_asked';
comment on column intake.same_household is 'plain: whether they live with who did it';
