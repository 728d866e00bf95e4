/* repair.h - address fields as strict relays want them, and the fields that the settings ask for */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/settings.h"
#include "mail/changes.h"
#include "mail/envelope.h"
#include "mail/rewrite.h"

/*
 * Plans the changes of set_from_header, set_reply_to_header and set_to_header to From, Sender,
 * Reply-To, To, Cc and Bcc. Address fields that RFC 5322 does not allow get a legal form (see
 * rewrite_field). `author` is the address for a missing From field. ERR_CONFIG: the aliases file.
 */
bool repair_addresses(struct changes *changes, const struct envelope *envelope, const char *author,
		      const struct settings *settings, struct err *err) MUST_USE;

/* Plans the changes of a rule to every field of that name, see rewrite_field. */
void repair_rewrite(struct changes *changes, const char *name, const struct rewrite_rule *rule);

/* Plans the changes of remove_header, set_header and subject_prefix. */
void repair_fields(struct changes *changes, const struct settings *settings);
/* Plans the changes of add_header. */
void repair_add(struct changes *changes, const struct settings *settings);
/* Whether add_header adds a field of that name. */
bool repair_adds(const struct settings *settings, const char *name);
/*
 * Whether the fields of add_header can be added to a header that mailchute has composed: they must
 * neither name recipients nor be there already. ERR_USAGE.
 */
bool repair_check_made(const struct header *made, const struct settings *settings,
		       struct err *err) MUST_USE;
