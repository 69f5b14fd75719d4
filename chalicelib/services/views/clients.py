"""How the validators people run in browsers differ from ours, measured over generated texts.

Ajv 8 on its own knows no format and reports unknown ones and unknown keywords as errors; rjsf and
JSON Forms run Ajv leniently with ajv-formats, which checks some formats more strictly than their
RFCs. A view must never refuse what the server takes, so those formats become patterns that take
at least as much. One difference stays, for the sake of the date pickers that renderers draw by
format: ajv-formats 2 knows a leap second only when the clock of its own zone says 23:59:60.
"""

from collections.abc import Mapping

# ajv-formats takes all that we take, or does not know the name.
AGREED = frozenset(
    "date time date-time duration uuid hostname ipv4 ipv6 json-pointer relative-json-pointer regex"
    " uri-reference idn-email idn-hostname iri iri-reference".split()
)

# Every text the format has matches; so do others.
LOOSE: Mapping[str, str] = {
    "email": r"^[\s\S]+@[\s\S]+$",
    "uri": r"^[A-Za-z][A-Za-z0-9+.\-]*:",
}

_AREA = "0(?:10|2[0-9]|[3-9][0-9]{2})"
_LANDLINE = f"{_AREA}-?[1-9][0-9]{{6,7}}(?:-[0-9]{{1,6}})?"
_MOBILE = "1[3-9][0-9]{9}"
_TOWNSHIP = "(?:00[1-9]|0[1-9][0-9]|[1-5][0-9]{2})"
_VILLAGE = "[0-5][0-9]{2}"
_COUNTY = f"(?:0[1-9]|[1-9][0-9])[0-9]{{2}}(?:000000|{_TOWNSHIP}{_VILLAGE})"

# The same texts as the format, no more and no fewer; numbers with check digits have none.
EXACT: Mapping[str, str] = {
    "uuid": "^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
    "cn-mobile": f"^{_MOBILE}$",
    "cn-landline": f"^{_LANDLINE}$",
    "cn-phone": f"^(?:{_MOBILE}|{_LANDLINE})$",
    "cn-postcode": "^[0-9]{6}$",
    "cn-region-code": f"^[1-8][1-9](?:0{{10}}|{_COUNTY})$",
}

# Names every JavaScript object has from birth: Ajv takes such a property for present.
INBORN = frozenset(
    "__defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__ __proto__ constructor"
    " hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString toString valueOf".split()
)

# Words that mean nothing in 2020-12 and something to Ajv or to an older dialect.
MISREAD = frozenset(
    "$async $dynamicAnchor $recursiveAnchor $recursiveRef $vocabulary additionalItems definitions"
    " discriminator id nullable".split()
)
