/* bare.h - addresses without a domain in the header of a program's message */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/account.h"
#include "mail/changes.h"

/*
 * Adds the domain (see localname_domain) to every address in an address field that has none, as in
 * the envelope. An author known only on this machine (see localname_is_of_machine) becomes the
 * account's own sender, if that is one address. Its phrase is then the phrase, the comment or the
 * local name of the author. The same happens to a Sender field, unless there is a `maildomain`.
 * Fields that the user has set by set_from_header or set_to_header stay as they are. All of this is
 * only planned in `changes`.
 */
void bare_repair(struct changes *changes, const struct account *account);
