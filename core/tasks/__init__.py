"""Long work 任务: asked for once, done part by part, shown with its progress, cancelled between two parts."""
