/* offer.c - advice if mailchute takes none of the relay's SASL mechanisms; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "smtp/offer.h"

#include "base/i18n.h"

static void add_choice(struct str *out, const char *words)
{
	str_addf(out, out->len ? _(", or %s") : "%s", words);
}

static void add_named(struct str *out, const struct capabilities *can)
{
	const struct mechanism *mechanism;

	for (size_t i = 0; (mechanism = mechanism_at(i)); i++)
		if (mechanism->setting && capabilities_has_mechanism(can, mechanism->name))
			add_choice(out, _(mechanism->setting));
}

void offer_add_remedy(struct str *out, const struct capabilities *can, bool is_token,
		      bool has_binding)
{
	CLEANUP(str_done) struct str choices = STR_INIT;

	if (!is_token && mechanism_next(NULL, can, NEEDS_TOKEN, has_binding))
		add_choice(&choices, _("token_command, which prints an access token"));
	if (is_token && mechanism_next(NULL, can, NEEDS_PASSWORD, has_binding))
		add_choice(&choices, _("a password instead of token_command, and auth on"));
	add_named(&choices, can);
	if (choices.len)
		str_addf(out, _("; set %s"), choices.bytes);
	else if (mechanism_next(NULL, can, NEEDS_PASSWORD, true))
		str_add(out, _("; that needs TLS 1.3, or TLS 1.2 with the extended master secret"));
	else
		str_add(out, _("; mailchute knows none of these"));
}
