/** The docs hold what they say: commands are run, tables and links compared. */
package dev.cofre.loadtest.docs;
