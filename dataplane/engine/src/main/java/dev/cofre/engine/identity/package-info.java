/** Who calls: bearer tokens of both kinds, SPIFFE ids, and how failed attempts are slowed. */
package dev.cofre.engine.identity;
