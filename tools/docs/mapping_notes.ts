import type { RiseName } from '../../src/record/severity.ts'

/** Why rows are as they are; the table refers to them by these names. */
export const NOTES: Readonly<Record<string, string>> = {
  N1: 'Who signs in is both actor and user. A refused sign-in often names nobody: OCSF then has the user `Unknown` and CIM `unknown`, which both require one; it is no observable. ECS adds `session` only where one really starts or ends.',
  N2: 'Account Change, because an identity can now get in. The role that comes with it is in `user.target.roles` (ECS), in the message and in the details.',
  N3: 'With a role in `changes_requested` it is a change of privileges, without one an update of the account.',
  N4: 'A step above a person: no single sign-on, SCIM or MFA policy reaches a service account.',
  N5: 'An invitation is not an account yet, and an accepted one is followed by a `user.added`: mapped as an entity, one person is counted once.',
  N6: 'Group Management of OCSF 1.8.0 has no Update: activity 99 with that word.',
  N7: 'The definition of a role is an entity; OCSF gets a class for it with 1.9.0.',
  N8: 'The class follows the principal: a user or service account, a group, or neither. The role is read from the id of the assignment; if that has another form, the id itself is the privilege.',
  N9: 'What changes is the reach of the role, so the role is the entity, not the resource that the payload’s `id` names.',
  N10: 'A key is an entity: the record tells of a change and not of an API call. Its payload may stand under `data` or `changes_requested`.',
  N11: 'A list without an id of its own. One entry is the target itself; of several, the names are joined and the list stays in the details. One record stays one event.',
  N12: 'The configuration is the entity. Without a customer’s key, data can become unreadable or stay under another key.',
  N13: 'The settings include the logging of calls.',
  N14: 'A project holds keys, limits and members. Archived is Disable, for it can be undone. The project that the record stands in and the one acted on may differ.',
  N15: 'No payload is documented: whatever comes is kept; without an id or name, the kind names it.',
  N16: 'Given to a project and not to a user; both are in the details.',
  N17: 'An allowlist is a named set of networks. `allowed_ips` is read at the top of the payload and under `changes_requested`.',
  N18: 'No payload is documented: the class follows the name and the verb, and an `id` is the target’s.',
  N19: 'Asked for or begun; whether it came about is not in the record, so the outcome is unknown.',
  N20: 'Moved from one model to another; the end of a migration is `Complete` and moves no one thing.',
  N21: 'Created or changed, the record does not say: Update is true of both.',
  N22: 'A machine got a token: a sign-in if somebody can be named, else the creation of a token.',
  N23: 'Revoked is Disable: it stays on record and no longer works.',
  N24: 'Nothing has changed.',
  N25: 'A member who joins or leaves; the user is filled only from a field that says so. Without an id of the group it is an update of a group.',
  N26: 'The access ends, the person’s account elsewhere does not.',
  N27: 'A policy that is attached or detached takes or loses effect: Activate, Deactivate.',
  N28: 'Not about security; kept because an audit trail with holes is none.',
}

/** What in a payload lifts the severity of a row. */
export const RISE_WORDS: Readonly<Record<RiseName, string>> = {
  privileged_role: 'High for a role with owner or admin in its name',
  owner_invited: 'Medium for an invitation as owner',
  wide_scope: 'Medium for a scope that is all, or names admin, management or organization',
  call_logging_off: 'High when the logging of calls is disabled',
  admits_everybody: 'High for a list that admits every address',
}
