from bot.app.cli import app

app(prog_name="python -m bot")
