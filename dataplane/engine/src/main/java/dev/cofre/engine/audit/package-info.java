/** The local audit log: every event is in it before its answer leaves (invariant I4). */
package dev.cofre.engine.audit;
