/* The hold protocol: three requests of one key, two budgets for each hold (the
 * account's epoch and the key's own limit), processes that may crash between
 * any two steps, commits whose answer is lost, a sweeper, a cap that is
 * lowered, the end of an epoch, an upstream that bills on arrival, and
 * settlements that come after the sweeper or come twice.
 *
 * A transaction of the database is one atomic step; anything else can happen
 * between two of them. formal/run.sh checks that the model is true and that
 * each mutant, one mistake made on purpose, is not.
 */

#define HOLD    2  /* what a request is held for; the most that it costs */
#define ACCOUNT 4  /* the account's cap in an epoch */
#define LOWERED 1  /* the same, when its stake left */
#define KEY     5  /* the key's cap, over both epochs */

mtype = { none, reserved, settled, voided, assumed };

/* What is durable: the account's budgets of two epochs, the key's budget, and
 * the holds. The epoch is that of the database's clock. */
byte cap[2], high[2], posted[2], pending[2];
byte keyPosted, keyPending;
mtype state[3];
byte charged[3], window[3];
bit epoch;

/* What is true outside of the database. */
byte cost[3];  /* what the upstream billed */
byte told[3];  /* 1 + the charge that the client saw with its answer's end */
byte ended;    /* requests that are over, or whose process is dead */

#define fits(e) (posted[e] + pending[e] + HOLD <= cap[e])
#ifdef KEY_IS_NOT_CHECKED
#define keyFits true
#else
#define keyFits (keyPosted + keyPending + HOLD <= KEY)
#endif
#define room (fits(epoch) && keyFits)

/* covered: what the upstream billed is held or charged; what the client was
 * told is in the books. */
#define covered(i) ( \
	(state[i] == reserved -> cost[i] <= HOLD : cost[i] <= charged[i]) && \
	charged[i] <= HOLD && \
	(told[i] == 0 || (state[i] != reserved && charged[i] == told[i] - 1)))

inline check() {
	assert(posted[0] + pending[0] <= high[0]);
	assert(posted[1] + pending[1] <= high[1]);
	assert(keyPosted + keyPending <= KEY);
	assert(covered(0) && covered(1) && covered(2))
}

inline reserve(i) {
	window[i] = epoch;
	pending[epoch] = pending[epoch] + HOLD;
	keyPending = keyPending + HOLD;
	state[i] = reserved;
	check()
}

/* finish moves a reserved hold to a final state, in both of its budgets. */
inline finish(i, to, amount) {
#ifdef WINDOW_OF_THE_SETTLEMENT
	posted[epoch] = posted[epoch] + amount;
#else
	posted[window[i]] = posted[window[i]] + amount;
#endif
	pending[window[i]] = pending[window[i]] - HOLD;
	keyPending = keyPending - HOLD;
	keyPosted = keyPosted + amount;
	charged[i] = amount;
	state[i] = to
}

/* settle charges a hold; an assumed one is lowered to what is known now; said
 * again it changes nothing. */
inline settle(i, amount) {
	if
	:: state[i] == reserved -> finish(i, settled, amount)
#ifdef SETTLES_TWICE
	:: state[i] == settled ->
		posted[window[i]] = posted[window[i]] + amount;
		keyPosted = keyPosted + amount;
		charged[i] = charged[i] + amount
#endif
#ifdef LATE_IS_FREE
	:: state[i] == assumed ->
		posted[window[i]] = posted[window[i]] - charged[i];
		keyPosted = keyPosted - charged[i];
		charged[i] = 0
#else
#ifdef LATE_IS_ADDED
	:: state[i] == assumed ->
		posted[window[i]] = posted[window[i]] + amount;
		keyPosted = keyPosted + amount;
		charged[i] = charged[i] + amount
#else
#ifndef LATE_IS_DROPPED
	:: state[i] == assumed && amount < charged[i] ->
		posted[window[i]] = posted[window[i]] - (charged[i] - amount);
		keyPosted = keyPosted - (charged[i] - amount);
		charged[i] = amount
#endif
#endif
#endif
	:: else
	fi;
	check()
}

inline void(i) {
	if
	:: state[i] == reserved -> finish(i, voided, 0)
	:: else
	fi;
	check()
}

/* sweep ends a hold of which nobody knows the outcome. */
inline sweep(i) {
#ifdef VOID_ON_CRASH
	finish(i, voided, 0);
#else
	finish(i, assumed, HOLD);
#endif
	check()
}

/* The process may die here: what it knew is lost, what it sent is not. */
#define mayCrash if :: skip :: goto dead fi

proctype Request(byte id) {
	byte used;

#ifdef CHECK_THEN_ACT
	if
	:: room
	:: !room -> goto dead
	fi;
	atomic { reserve(id) };
#else
#ifdef FORWARD_BEFORE_HOLD
	goto forward;
booked:
#endif
	if
	:: atomic { room -> reserve(id) }
#ifdef TRUST_LOST_COMMITS
	:: room                         /* it failed and is taken for granted */
#else
	:: atomic { room -> reserve(id) }; goto nothing    /* its answer is lost */
#endif
	:: !room -> goto dead
	fi;
#endif
	mayCrash;
#ifdef FORWARD_BEFORE_HOLD
	goto known;
forward:
#endif

	/* The upstream, once. Whether or not anybody hears of it, it bills. */
	if
	:: goto nothing                 /* it could not be reached */
	:: used = 1
	:: used = HOLD
	fi;
	atomic { cost[id] = used; check() };
#ifdef FORWARD_BEFORE_HOLD
	goto booked;
known:
#endif
	mayCrash;

#ifdef ANSWER_BEFORE_SETTLEMENT
	atomic { told[id] = 1 + used; check() };
#endif
#ifdef SETTLE_ABOVE_HOLD
	used = used + 1;
#endif
settling:
	if
	:: skip; atomic { settle(id, used) }
	:: skip; atomic { settle(id, used) }; goto settling/* its answer is lost */
	:: goto dead                                       /* or it dies before */
	fi;
	mayCrash;
	atomic { told[id] = 1 + used; check() };
	goto dead;

nothing:
	mayCrash;
	atomic { void(id) };
dead:
	ended++
}

/* Any replica sweeps. A deadline is longer than a request can take, but clocks
 * step, so that a hold may be swept at any time; and in the end all are. */
proctype Sweeper() {
#ifndef NOBODY_SWEEPS
	do
	:: atomic { state[0] == reserved -> sweep(0) }
	:: atomic { state[1] == reserved -> sweep(1) }
	:: atomic { state[2] == reserved -> sweep(2) }
	:: atomic { ended == 3 && state[0] != reserved && state[1] != reserved && state[2] != reserved -> break }
	od;
#endif
	atomic {
		ended == 3;
		assert(pending[0] == 0 && pending[1] == 0 && keyPending == 0)
	}
}

/* The world: the stake leaves, and the day ends. */
proctype World() {
	if
	:: atomic {
		cap[epoch] = LOWERED;
#ifdef CEILING_FOLLOWS_CAP
		high[epoch] = LOWERED;
#endif
		check()
	}
	:: skip
	fi;
	epoch = 1
}

init {
	atomic {
		cap[0] = ACCOUNT; high[0] = ACCOUNT;
		cap[1] = ACCOUNT; high[1] = ACCOUNT;
		state[0] = none; state[1] = none; state[2] = none;
		run Request(0); run Request(1); run Request(2);
		run Sweeper(); run World()
	}
}
