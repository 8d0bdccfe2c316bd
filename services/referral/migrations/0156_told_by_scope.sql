-- A leg that left by an agreement before its bound was kept is bound by what that agreement shares, and not by what
-- happened to be known when it left: the newest to its contract, or to its line by the same provider, that was given before.
alter table leg no force row level security;
alter table consent no force row level security;
update leg l set told_within = a.within
  from (select distinct on (l.leg_id) l.leg_id,
               case when c.scope = '{}' then '{}' else c.scope || array['reference', 'share'] end as within
          from leg l join consent c on c.case_id = l.case_id and c.gate = 'agreement'
           and c.purpose in ('support', l.line) and c.taken_at <= coalesce(l.release_at, l.sent_at)
           and (c.contract_id = l.contract_id
                or c.provider_id = l.provider_id and (c.line = l.line or c.line is null and c.contract_id is null))
         where l.told_within is null and l.gate = 'agreement' and l.pack is not null
         order by l.leg_id, c.taken_at desc) a
 where l.leg_id = a.leg_id;
alter table leg force row level security;
alter table consent force row level security;
