"""Members of an association and what may be refused about them."""

from .refusals import Refusal


class MemberUnknown(Refusal):
    """There is no member {member}."""

    code = "member_unknown"


class MemberLeft(Refusal):
    """Member {member} left on {left_on}: the account takes and gives nothing any more."""

    code = "member_left"


class MemberAlreadyExists(Refusal):
    """Member {member} exists already, under the name {name}."""

    code = "member_already_exists"


class PayeeIsPayer(Refusal):
    """Member {member} cannot pay themselves."""

    code = "payee_is_payer"


class WalletNotEmpty(Refusal):
    """The account of member {member} still holds {balance}: say what becomes of it before they leave."""

    code = "wallet_not_empty"
