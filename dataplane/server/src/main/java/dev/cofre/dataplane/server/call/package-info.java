/**
 * One call over HTTP, however its request and answer are framed, and bodies of any length that
 * stream through it.
 */
package dev.cofre.dataplane.server.call;
