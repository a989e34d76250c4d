/** Immutable maps of a million entries, of which a change copies only the part that it touches. */
package dev.cofre.engine.persistent;
