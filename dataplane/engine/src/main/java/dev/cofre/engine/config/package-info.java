/**
 * A plane's configuration file: declared settings, read once at start, refused as a whole when
 * anything is wrong.
 */
package dev.cofre.engine.config;
