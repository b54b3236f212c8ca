def run(setting, report):
    pass
