/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */
/* Which connection a session of a TLS library secures: the one whose hello has the random number that the
 * session keeps. Where in the session it stands depends on the library and how it was built; it is looked
 * for once, among the hellos that are known, either in the session itself or in what one of its first
 * pointers leads to. 32 random bytes are not there by chance. */
#pragma once
#include "scratch.h"
#include "tls.h"

#define TLS_LIBRARIES_MAX 4096
#define SESSION_SIZE 2048 /* so much of a session is searched ... */
#define SESSION_WORDS 64  /* ... so many words of it, as pointers ... */
#define STATE_SIZE 1024   /* ... and so much of what they lead to */
#define SEARCH_STEP 4     /* bytes: it is aligned at least to that */
#define SEARCHES_FIRST 32 /* after so many in vain ... */
#define SEARCHES_LATER 64 /* ... only every so many calls */
#define USER_MIN 0x10000
#define USER_MAX (1ULL << 47)

/* Where sessions of one library keep the random number. */
struct tls_layout {
    __u16 known;
    __u16 pointer; /* offset of the pointer to what it is in, 0: it is in the session itself */
    __u16 at;
    __u16 failed; /* sessions that it does not hold for, since it was last right */
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, TLS_LIBRARIES_MAX);
    __type(key, __u32);
    __type(value, struct tls_layout);
} tls_layouts SEC(".maps");

struct tls_search {
    struct window *window;
    struct tls_layout *layout;
    struct tls_name name;
    __u64 session;
    __u32 from; /* in the window */
    __u16 pointer;
    __u8 found;
    __u8 pad;
};

/* The connection of that name, whichever end it is. Of both ends in one target, the one that belongs to the
 * session; a client is the first to write. */
static __always_inline struct connection *tls_end(struct tls_name *name, __u64 session, bool writes)
{
    struct connection *client;
    struct connection *server;
    struct connection *found;

    name->role = ROLE_CLIENT;
    client = tls_connection(name);
    if (client && client->tls_session == session)
        return client;
    name->role = ROLE_SERVER;
    server = tls_connection(name);
    if (client && server)
        found = server->tls_session == session ||
                        (!server->tls_session && (client->tls_session || !writes))
                    ? server
                    : client;
    else
        found = client ? client : server;
    if (!found)
        return NULL;
    name->role = found->role;
    found->tls_session = session;
    return found;
}

static __always_inline bool tls_is_known(struct tls_name *name)
{
    name->role = ROLE_CLIENT;
    if (tls_connection(name))
        return true;
    name->role = ROLE_SERVER;
    return tls_connection(name);
}

static long tls_search_here(__u32 index, void *state)
{
    struct tls_search *search = state;
    __u32 at = (search->from + index * SEARCH_STEP) & (WINDOW_SIZE - 1);

    for (__u32 word = 0; word < TLS_RANDOM_SIZE; word += 8)
        *(__u64 *)(search->name.random + word) = window_word(search->window, at + word);
    if (!*(__u64 *)search->name.random || !tls_is_known(&search->name))
        return 0;
    search->layout->pointer = search->pointer;
    search->layout->at = index * SEARCH_STEP;
    search->layout->known = 1;
    search->found = 1;
    return 1;
}

static long tls_search_there(__u32 index, void *state)
{
    struct tls_search *search = state;
    __u64 pointer = window_word(search->window, index * 8);

    if (pointer < USER_MIN || pointer >= USER_MAX || pointer & 7 || !index ||
        bpf_probe_read_user(search->window->bytes + SESSION_SIZE, STATE_SIZE, (void *)pointer))
        return 0;
    search->pointer = index * 8;
    bpf_loop((STATE_SIZE - TLS_RANDOM_SIZE) / SEARCH_STEP, tls_search_here, search, 0);
    return search->found ? 1 : 0;
}

static __always_inline void tls_search(struct tls_search *search)
{
    if (bpf_probe_read_user(search->window->bytes, SESSION_SIZE, (void *)search->session))
        return;
    bpf_loop((SESSION_SIZE - TLS_RANDOM_SIZE) / SEARCH_STEP, tls_search_here, search, 0);
    if (search->found)
        return;
    search->from = SESSION_SIZE;
    bpf_loop(SESSION_WORDS, tls_search_there, search, 0);
}

/* Looks for the random number of this session, and so for that of all sessions of its library. */
APART bool tls_learn(struct tls_layout *layout, const struct tls_name *name, __u64 session)
{
    struct tls_search search = {.layout = layout, .name = *name, .session = session};
    struct scratch *scratch;
    __u32 slot;

    layout->failed++;
    if (layout->failed > SEARCHES_FIRST && layout->failed % SEARCHES_LATER)
        return false;
    scratch = scratch_claim(&slot);
    if (!scratch)
        return false;
    search.window = &scratch->window;
    tls_search(&search);
    scratch_release(slot);
    return search.found;
}

static __always_inline bool tls_random(const struct tls_layout *layout,
                                       __u64 session,
                                       struct tls_name *name)
{
    if (!layout->known ||
        (layout->pointer &&
         bpf_probe_read_user(&session, sizeof(session), (void *)(session + layout->pointer))))
        return false;
    return !bpf_probe_read_user(name->random, TLS_RANDOM_SIZE, (void *)(session + layout->at));
}

/* The inner connection of a session, NULL: it is not known, or not traced. `name` becomes its name. */
static __always_inline struct connection *tls_session_connection(__u32 library,
                                                                 __u64 session,
                                                                 bool writes,
                                                                 struct tls_name *name)
{
    struct tls_layout *layout = bpf_map_lookup_elem(&tls_layouts, &library);
    struct target *target = target_of(current_pid());
    struct connection *connection = NULL;

    if (!layout || !target)
        return NULL;
    name->target = target->pid;
    if (tls_random(layout, session, name))
        connection = tls_end(name, session, writes);
    if (!connection && tls_learn(layout, name, session) && tls_random(layout, session, name))
        connection = tls_end(name, session, writes);
    if (connection)
        layout->failed = 0;
    else
        count(COUNTER_TLS_UNMATCHED);
    return connection;
}
