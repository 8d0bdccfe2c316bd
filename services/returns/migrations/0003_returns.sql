create table definition (
    kind text not null,
    version text not null,
    sha256 text not null,
    text text not null,
    first_used_at timestamptz not null default now(),
    primary key (kind, version)
);
comment on column definition.kind is 'plain: grant or code';
comment on column definition.version is 'plain: version of the definition';
comment on column definition.sha256 is 'plain: SHA-256 of the definition and of its queries';
comment on column definition.text is 'plain: the definition file';
comment on column definition.first_used_at is 'plain: when it was first drawn with';

create table cut_off (
    at timestamptz primary key,
    position bigint not null
);
comment on column cut_off.at is 'plain: the instant up to which events count';
comment on column cut_off.position is 'plain: archive position frozen when this instant was first used';

create table drawn_return (
    return_id uuid primary key,
    kind text not null,
    period text not null,
    definition_version text not null,
    cut_off timestamptz not null references cut_off,
    position bigint not null,
    file bytea not null,
    sha256 text not null,
    state text not null default 'drawn' check (state in ('drawn', 'signed', 'sealed')),
    restates uuid references drawn_return,
    drawn_by uuid,
    drawn_role text not null,
    drawn_at timestamptz not null,
    signed_by uuid,
    signed_role text,
    signed_at timestamptz,
    signature bytea,
    sealed_by uuid,
    sealed_at timestamptz,
    foreign key (kind, definition_version) references definition (kind, version),
    check (state = 'drawn' or (signed_by is not null and signed_at is not null and signature is not null)),
    check (signed_by is distinct from drawn_by or signed_by is null),
    check (state <> 'sealed' or sealed_at is not null)
);
create index on drawn_return (kind, period);
comment on column drawn_return.return_id is 'plain: made of kind, period, definition version and cut-off';
comment on column drawn_return.kind is 'plain: grant or code';
comment on column drawn_return.period is 'plain: calendar quarter';
comment on column drawn_return.definition_version is 'plain: version of the definition';
comment on column drawn_return.cut_off is 'plain: the instant up to which events count';
comment on column drawn_return.position is 'plain: archive position frozen with it';
comment on column drawn_return.file is 'personal: the canonical CSV, complete; small numbers may point at people';
comment on column drawn_return.sha256 is 'plain: SHA-256 of the file';
comment on column drawn_return.state is 'plain: drawn, signed or sealed';
comment on column drawn_return.restates is 'plain: the sealed return of the same period that this one corrects';
comment on column drawn_return.drawn_by is 'plain: who drew it; null for the operator''s command';
comment on column drawn_return.drawn_role is 'plain: in which role';
comment on column drawn_return.drawn_at is 'plain: when';
comment on column drawn_return.signed_by is 'plain: who signed it, never the one who drew it';
comment on column drawn_return.signed_role is 'plain: in which role';
comment on column drawn_return.signed_at is 'plain: when';
comment on column drawn_return.signature is 'plain: Ed25519 signature of the file';
comment on column drawn_return.sealed_by is 'plain: who sealed it; null for the operator''s command';
comment on column drawn_return.sealed_at is 'plain: when';

create function drawn_return_is_kept() returns trigger language plpgsql as $$
begin
    if (new.return_id, new.kind, new.period, new.definition_version, new.cut_off, new.position, new.file, new.sha256,
        new.restates, new.drawn_at)
       is distinct from
       (old.return_id, old.kind, old.period, old.definition_version, old.cut_off, old.position, old.file, old.sha256,
        old.restates, old.drawn_at)
       or (old.state, new.state) not in (('drawn', 'signed'), ('signed', 'sealed')) then
        raise exception 'a drawn return is never changed, only signed and then sealed' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger kept before update on drawn_return for each row execute function drawn_return_is_kept();

create table draw_request (
    request_id uuid primary key,
    kind text not null,
    period text not null,
    asked_by uuid not null,
    asked_role text not null,
    asked_at timestamptz not null,
    return_id uuid references drawn_return,
    refused text
);
comment on column draw_request.request_id is 'plain: the request';
comment on column draw_request.kind is 'plain: grant or code';
comment on column draw_request.period is 'plain: calendar quarter';
comment on column draw_request.asked_by is 'plain: who asked';
comment on column draw_request.asked_role is 'plain: in which role';
comment on column draw_request.asked_at is 'plain: when; the cut-off';
comment on column draw_request.return_id is 'plain: the return drawn';
comment on column draw_request.refused is 'plain: why it was not drawn';

create table rehearsal (
    kind text not null,
    period text not null,
    position bigint not null,
    at timestamptz not null,
    file bytea not null,
    primary key (kind, period)
);
comment on column rehearsal.kind is 'plain: grant or code';
comment on column rehearsal.period is 'plain: calendar quarter';
comment on column rehearsal.position is 'plain: archive position it was rehearsed with';
comment on column rehearsal.at is 'plain: when it was rehearsed';
comment on column rehearsal.file is 'personal: the rehearsed figures, as a canonical CSV';

grant select, insert on definition, cut_off to returns_worker;
grant select, insert, update on drawn_return, draw_request, rehearsal to returns_worker;
grant select on definition, cut_off, rehearsal to returns_hub;
grant select, update on drawn_return to returns_hub;
grant select, insert on draw_request to returns_hub;
