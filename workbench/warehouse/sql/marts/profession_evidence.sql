-- grain: one row per organisation, month end and assignment listed in staff in post
-- Each field of a record votes for a set of professions, held as bits: bit n is the profession at position n + 1.
-- Strong votes (occupation code, job role, registration) decide; weak ones (area of work, title, A0 codes) only narrow
-- a set of several, or hint. See docs/methodology/professions.md for the reasons behind each step.
with bits as (
    select profession, label, is_arts_therapy, 1 << (position - 1) as bit
    from reference.profession
),

arts as (
    select bit_or(bit) as bits
    from bits
    where is_arts_therapy
),

votes as (
    select
        vote.source,
        vote.code,
        vote.match,
        coalesce(bit_or(bits.bit) filter (where vote.strength = 'strong'), 0) as strong,
        coalesce(bit_or(bits.bit) filter (where vote.strength = 'weak'), 0) as weak,
        min(vote.branch) as branch,
        min(vote.level) as level
    from reference.profession_vote as vote
    inner join bits using (profession)
    group by all
),

occupation_codes as (
    select
        listed.occupation_code,
        listed.detailed_staff_group as staff_group,
        coalesce(votes.strong, 0) as strong,
        coalesce(votes.weak, 0) as weak,
        votes.branch,
        listed.main_staff_group = 'Support to clinical staff' as is_support,
        case
            when listed.main_staff_group = 'Professionally qualified clinical staff' then 'qualified'
            when listed.main_staff_group <> 'Support to clinical staff' then null
            when listed.occupation_level = 'Student/Trainee' then 'student'
            else 'support'
        end as level
    from reference.occupation_code as listed
    left join votes on votes.source = 'occupation_code' and votes.code = listed.occupation_code
),

job_roles as (
    select
        listed.job_role_code,
        coalesce(votes.strong, 0) as strong,
        votes.branch,
        coalesce(
            votes.level,
            case listed.staff_group_code when '02' then 'student' when '04' then 'qualified' when '07' then 'support' end
        ) as level
    from reference.job_role as listed
    left join votes on votes.source = 'job_role' and votes.code = listed.job_role_code
),

words as (
    select distinct area_of_work, null as position_title
    from staging.staff_in_post
    union all
    select distinct null, position_title
    from staging.staff_in_post
),

-- An area of work is matched by its alias, because exports give the path or only its last part.
areas_of_work as (
    select words.area_of_work, votes.weak
    from words
    inner join reference.code_alias as alias
        on alias.list = 'area_of_work'
        and alias.alias_key = regexp_replace(lower(words.area_of_work), '[^\p{L}\p{N}]', '', 'g')
    inner join votes on votes.source = 'area_of_work' and votes.code = alias.label
),

titles as (
    select
        position_title,
        ' ' || trim(regexp_replace(lower(position_title), '[^a-z0-9]+', ' ', 'g')) || ' ' as spaced
    from words
    where position_title is not null
),

position_titles as (
    select titles.position_title, bit_or(votes.weak) as weak
    from titles
    inner join votes
        on votes.source = 'position_title'
        and contains(titles.spaced, ' ' || votes.code || case votes.match when 'whole' then ' ' else '' end)
    group by titles.position_title
),

checks as (
    select
        checked.organisation_code,
        checked.person_key,
        checked.registration_body_code,
        checked.registration_key,
        checked.checked_date,
        coalesce(by_type.strong, 0) | coalesce(by_body.strong, 0) as strong
    from staging.registrations as checked
    left join votes as by_type
        on by_type.source = 'registration_type' and by_type.code = checked.registration_type_code
    left join votes as by_body
        on by_body.source = 'registration_body' and by_body.code = checked.registration_body_code
),

-- Checks are many and nearly all repeat the one before: only those that change what a registration says are kept.
changes as (
    select *
    from checks
    qualify strong is distinct from lag(strong) over (
        partition by organisation_code, person_key, registration_body_code, registration_key
        order by checked_date
    )
),

-- What a registration says from one check until the check that changes it.
registration_votes as (
    select
        organisation_code,
        person_key,
        strong,
        checked_date as first_known,
        lead(checked_date) over (
            partition by organisation_code, person_key, registration_body_code, registration_key
            order by checked_date
        ) as superseded
    from changes
),

people as (
    select distinct organisation_code, period, person_key
    from staging.staff_in_post
),

-- Lapsed or not: a lapse is a finding of its own and does not change what someone is.
registrations as (
    select people.organisation_code, people.period, people.person_key, bit_or(known.strong) as strong
    from people
    inner join registration_votes as known
        on known.organisation_code = people.organisation_code
        and known.person_key = people.person_key
        and known.first_known <= people.period
        and coalesce(known.superseded > people.period, true)
    group by all
),

listed as (
    select
        staff.*,
        nullif(upper(trim(coalesce(staff.occupation_code_code, staff.occupation_code))), '') as code_held
    from staging.staff_in_post as staff
),

ballots as (
    select
        listed.organisation_code,
        listed.period,
        listed.assignment_key,
        listed.person_key,
        listed.assignment_order,
        listed.contracted_fte::decimal(18, 4) as fte,
        coalesce(listed.assignment_status_code not in ('04', '11', '12', '13'), true) as is_employed,
        coalesce(listed.staff_group_code = '04', false) as staff_group_says_ahp,
        case
            when listed.code_held is null then 'blank'
            when occupation_codes.occupation_code is not null then occupation_codes.staff_group
            when length(listed.code_held) <> 3 or matrix.matrix is not null then 'not valid'
            else 'not checked'
        end as coded_group,
        coalesce(occupation_codes.strong, 0) as code_vote,
        coalesce(job_roles.strong, 0) as role_vote,
        coalesce(registrations.strong, 0) as registered_as,
        -- A registration describes the person: in a support post it does not say what the post is.
        case when occupation_codes.is_support then 0 else coalesce(registrations.strong, 0) end as registration_vote,
        coalesce(occupation_codes.weak, 0) as code_hint,
        coalesce(areas_of_work.weak, 0) as area_hint,
        coalesce(position_titles.weak, 0) as title_hint,
        -- Radiologists work in Imaging, receptionists in Physiotherapy and drivers in Ambulance Services: where the
        -- staff group, the role or an ambulance support code says what they are, a hint alone does not make an AHP.
        coalesce(listed.staff_group_code, '04') in ('02', '04', '05', '07')
        and coalesce(occupation_codes.staff_group, '') <> 'Ambulance personnel & trainees'
        and (
            coalesce(listed.staff_group_code, '') <> '05'
            or coalesce(listed.job_role_code in ('05010', '05011', '05012', '05017', '05021'), true)
        ) as hint_counts,
        coalesce(occupation_codes.level, job_roles.level) as level,
        occupation_codes.branch = job_roles.branch as radiography_branch_agrees
    from listed
    left join occupation_codes on occupation_codes.occupation_code = listed.code_held
    left join reference.occupation_code_matrix as matrix on matrix.matrix = left(listed.code_held, 1)
    left join job_roles on job_roles.job_role_code = listed.job_role_code
    left join areas_of_work on areas_of_work.area_of_work = listed.area_of_work
    left join position_titles on position_titles.position_title = listed.position_title
    left join registrations
        on registrations.organisation_code = listed.organisation_code
        and registrations.period = listed.period
        and registrations.person_key = listed.person_key
),

counted as (
    select
        *,
        (code_vote <> 0)::integer + (role_vote <> 0)::integer + (registration_vote <> 0)::integer as votes_cast,
        (code_vote & role_vote <> 0)::integer
        + (code_vote & registration_vote <> 0)::integer
        + (role_vote & registration_vote <> 0)::integer as pairs_sharing,
        (code_vote & role_vote) | (code_vote & registration_vote) | (role_vote & registration_vote) as shared_by_pairs,
        -- A field without a vote excludes nothing: all 31 bits.
        (case code_vote when 0 then 2147483647 else code_vote end)
        & (case role_vote when 0 then 2147483647 else role_vote end)
        & (case registration_vote when 0 then 2147483647 else registration_vote end) as shared_by_all
    from ballots
),

judged as (
    select
        *,
        case
            when votes_cast = 0 and (code_hint <> 0 or (hint_counts and (area_hint | title_hint) <> 0)) then 'weak'
            when votes_cast = 0 then 'none'
            when votes_cast = 1 then 'single'
            when shared_by_all <> 0 then 'agreed'
            when votes_cast = 3 and pairs_sharing = 1 then 'majority'
            else 'conflict'
        end as vote_status
    from counted
),

settled as (
    select
        *,
        case
            when vote_status in ('agreed', 'single') then shared_by_all
            when vote_status = 'majority' then shared_by_pairs
            else 0
        end as settled_on
    from judged
),

-- A hint that shares nothing with what the strong votes settled on is left aside.
narrowed as (
    select
        *,
        (case settled_on & area_hint when 0 then settled_on else settled_on & area_hint end)
        & (case settled_on & title_hint when 0 then settled_on else settled_on & title_hint end) as hinted_at
    from settled
),

outcome as (
    select *, case hinted_at when 0 then settled_on else hinted_at end as evidenced
    from narrowed
),

sets as (
    select code_vote as bits from outcome
    union
    select role_vote from outcome
    union
    select registered_as from outcome
    union
    select evidenced from outcome
    union
    select code_hint | area_hint | title_hint from outcome
),

named_sets as (
    select
        sets.bits,
        count(*) as professions,
        bool_and(bits.is_arts_therapy) as is_arts,
        case
            when count(*) = 1 then min(bits.label)
            when bool_and(bits.is_arts_therapy) then 'Arts therapist, type not stated'
            else string_agg(bits.label, ' and ' order by bits.bit)
        end as label
    from sets
    inner join bits on bits.bit & sets.bits <> 0
    group by sets.bits
)

select
    outcome.organisation_code,
    outcome.period,
    outcome.assignment_key,
    outcome.person_key,
    outcome.fte,
    outcome.is_employed,
    by_code.label as coded_profession,
    outcome.coded_group,
    by_role.label as job_role_profession,
    by_registration.label as registration_profession,
    outcome.staff_group_says_ahp,
    outcome.vote_status,
    case
        when outcome.vote_status = 'none' then null
        when outcome.vote_status = 'weak' then 'Not evidenced'
        when by_evidence.professions = 1 or by_evidence.is_arts then by_evidence.label
        else 'Disputed'
    end as evidenced_profession,
    case when outcome.vote_status <> 'none' then outcome.level end as evidenced_level,
    outcome.radiography_branch_agrees,
    case when outcome.code_vote <> 0 then outcome.code_vote & outcome.evidenced <> 0 end as occupation_code_agrees,
    case when outcome.role_vote <> 0 then outcome.role_vote & outcome.evidenced <> 0 end as job_role_agrees,
    case
        when outcome.registration_vote <> 0 then outcome.registration_vote & outcome.evidenced <> 0
    end as registration_agrees,
    by_hint.label as hinted_profession,
    case
        when by_hint.label is not null
            then (outcome.code_hint | outcome.area_hint | outcome.title_hint) & outcome.evidenced <> 0
    end as hint_agrees
from outcome
left join named_sets as by_code on by_code.bits = outcome.code_vote
left join named_sets as by_role on by_role.bits = outcome.role_vote
left join named_sets as by_registration on by_registration.bits = outcome.registered_as
left join named_sets as by_evidence on by_evidence.bits = outcome.evidenced
left join named_sets as by_hint on by_hint.bits = (outcome.code_hint | outcome.area_hint | outcome.title_hint)
order by
    outcome.organisation_code,
    outcome.period,
    outcome.person_key,
    outcome.assignment_order,
    outcome.assignment_key
