-- What was heard before somebody of the hub sent a referral bars nobody of its provider: whoever sent it knew. And whoever
-- reviews the risk has looked at what a provider asks about since its agreement does not share it.

alter table leg add column chosen_at timestamptz;
comment on column leg.chosen_at is 'plain: when somebody of the hub chose to send it, knowing what had been heard until then; null where nobody did';
alter table leg no force row level security;
update leg set chosen_at = release_at - interval '1 minute' where sent_by is not null and not automatic;
alter table leg force row level security;

create function alert_reviewed() returns trigger language plpgsql as $$
begin
    update alert set looked_at = new.updated_at
     where case_id = new.case_id and looked_at is null and received_at <= new.updated_at
       and trigger not in ('another_person', 'two_people', 'not_in_the_record', 'who_died', 'age_by_birth', 'asks_for_care',
                           'risk_elsewhere', 'one_chance_elsewhere');
    return null;
end $$;
create trigger looked_by_review after update of review_since on case_file for each row
    when (old.review_since is not null and new.review_since is null) execute function alert_reviewed();
