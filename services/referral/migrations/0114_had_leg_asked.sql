-- Nobody lists which of their referrals are hidden: the row is there for whoever names the one referral, and for no one else.
drop policy portal on had_leg;
create policy portal on had_leg for select to {database}_portal
    using (referral_id = (select nullif(current_setting('app.had_referral', true), '')::uuid)
           and (provider_id = (select nullif(current_setting('app.provider_id', true), '')::uuid)
                or leg_id = (select nullif(current_setting('app.leg_id', true), '')::uuid)));
