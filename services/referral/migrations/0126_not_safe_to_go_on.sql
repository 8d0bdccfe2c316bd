-- Help that ended since it was not safe to go on rules its provider out for the person too, whoever of us found it so.

alter table ruled_out drop constraint ruled_out_why_check;
alter table ruled_out add constraint ruled_out_why_check
    check (why in ('person', 'another', 'conflict', 'unsafe', 'not_safe'));
comment on column ruled_out.why is
    'plain: the person asked not to be sent there, or for another; it works with the other party; it is not safe with it, by its own word or since help there ended for it';
