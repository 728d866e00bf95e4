/* bare.h - addresses without a domain in the header of a program's message */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf/account.h"
#include "mail/changes.h"

/*
 * Plans that every address in an address field has a domain (see localname_domain), as in the
 * envelope. An author who is a name of this machine only (see localname_is_of_machine) becomes the
 * account's own sender where that is one address, with the phrase, the comment or the local name as
 * its phrase; so does a Sender where there is no `maildomain`. Fields that a setting of the user's
 * speaks of, set_from_header or set_to_header, are left to it.
 */
void bare_repair(struct changes *changes, const struct account *account);
