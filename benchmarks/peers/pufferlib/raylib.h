/* What g2048.h names of raylib, empty: nothing is drawn while it is measured. */
#include <stdbool.h>
typedef struct { unsigned char r, g, b, a; } Color;
enum { KEY_ESCAPE };
static inline void InitWindow(int width, int height, const char *title) {}
static inline bool IsWindowReady(void) { return false; }
static inline bool IsKeyDown(int key) { return false; }
static inline void SetTargetFPS(int fps) {}
static inline void CloseWindow(void) {}
static inline void BeginDrawing(void) {}
static inline void EndDrawing(void) {}
static inline void ClearBackground(Color color) {}
static inline void DrawRectangle(int x, int y, int width, int height, Color color) {}
static inline void DrawText(const char *text, int x, int y, int size, Color color) {}
