/** Ships what is sealed of an audit log to the archive, and frees the room that it took. */
package dev.cofre.engine.ship;
