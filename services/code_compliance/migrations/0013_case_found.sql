-- A complaint's history names the case that was found for it.

comment on column complaint_step.code is 'plain: reason of an extension, agency redirected to, outcome, or reference of the case found';
